using Meniscus.Atoms;
using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class DpTestDetailFilesTests : IDisposable
{
    private const FrameLabels All = FrameLabels.Energy | FrameLabels.Force | FrameLabels.Virial;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SystemsFollowEachOtherUnderTheirNames()
    {
        DpTestDetailFiles.Write(_folder.File("d.v1"), All, files =>
        {
            files.BeginSystem("data/a", All);
            files.AddFrame(Frame(2), -4, [1, 2, 3, 4, 5, 6], [9, 8, 7, 6, 5, 4, 3, 2, 1]);
            files.BeginSystem("data/b", FrameLabels.Energy);
            files.AddFrame(Frame(1), -5, [1, 2, 3], new double[9]);
        });

        Assert.Equal(["# data/a: data_e pred_e", "-3 -4", "# data/b: data_e pred_e", "-3 -5"], Lines(".e.out"));
        Assert.Equal(["# data/a: data_e pred_e", "-1.5 -2", "# data/b: data_e pred_e", "-3 -5"], Lines(".e_peratom.out"));
        Assert.Equal(
            ["# data/a: data_fx data_fy data_fz pred_fx pred_fy pred_fz", "0 0.5 1 1 2 3", "1.5 2 2.5 4 5 6"], Lines(".f.out"));
        Assert.Equal("0 1 2 3 4 5 6 7 8 9 8 7 6 5 4 3 2 1", Lines(".v.out")[1]);
        Assert.Equal("0 0.5 1 1.5 2 2.5 3 3.5 4 4.5 4 3.5 3 2.5 2 1.5 1 0.5", Lines(".v_peratom.out")[1]);
        Assert.StartsWith("# data/a: data_vxx data_vxy data_vxz data_vyx", Lines(".v.out")[0], StringComparison.Ordinal);
        Assert.EndsWith("pred_vxx pred_vxy pred_vxz pred_vyx pred_vyy pred_vyz pred_vzx pred_vzy pred_vzz", Lines(".v.out")[0], StringComparison.Ordinal);
        Assert.Equal(2, Lines(".v.out").Length);
    }

    [Fact]
    public void PaddingAtomsHaveNoRowAndDoNotCount()
    {
        var frame = Frame(3);
        frame.Types[1] = -1;
        DpTestDetailFiles.Write(_folder.File("d.v1"), All, files =>
        {
            files.BeginSystem("mixed", All);
            files.AddFrame(frame, -4, new double[9], new double[9]);
        });
        Assert.Equal(3, Lines(".f.out").Length);
        Assert.Equal("-1.5 -2", Lines(".e_peratom.out")[1]);
    }

    [Fact]
    public void AFailureLeavesNoFile()
    {
        Assert.Throws<InputException>(() => DpTestDetailFiles.Write(_folder.File("d.v1"), All, files =>
        {
            files.BeginSystem("a", All);
            throw new InputException("torn data");
        }));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void OnlyLabelsThatExistHaveFiles()
    {
        DpTestDetailFiles.Write(_folder.File("d.v1"), FrameLabels.Force, _ => { });
        Assert.Equal([_folder.File("d.v1.f.out")], Directory.GetFiles(_folder.Path));
    }

    private string[] Lines(string ending) => [.. File.ReadAllLines(_folder.File("d.v1" + ending)).Select(Short)];

    private static string Short(string line) => line.StartsWith('#')
        ? line
        : string.Join(' ', line.Split(' ').Select(w => double.Parse(w, System.Globalization.CultureInfo.InvariantCulture).ToString("R", System.Globalization.CultureInfo.InvariantCulture)));

    private static LabelledFrame Frame(int atomCount)
    {
        var frame = new LabelledFrame(atomCount) { Energy = -3, Labels = All };
        for (var i = 0; i < 3 * atomCount; i++)
            frame.Forces[i] = 0.5 * i;
        for (var i = 0; i < 9; i++)
            frame.Virial[i] = i;
        return frame;
    }
}
