using Meniscus.Atoms;

namespace Meniscus.IO;

/// <summary>
/// The detail files of <c>dp test -d PREFIX</c>: <c>PREFIX.e.out</c>, <c>.e_peratom.out</c>, <c>.f.out</c>,
/// <c>.v.out</c> and <c>.v_peratom.out</c>. Each row has the label and then the prediction; each system starts with a
/// comment line that has its name and the names of the columns. Format: DeePMD-kit, <c>dp test</c> ("detail file").
/// A file is written only where a system has the label; padding atoms of mixed-type data have no row.
/// </summary>
public sealed class DpTestDetailFiles : IPredictionSink
{
    private const string EnergyColumns = "data_e pred_e";
    private const string ForceColumns = "data_fx data_fy data_fz pred_fx pred_fy pred_fz";
    private const string VirialColumns =
        "data_vxx data_vxy data_vxz data_vyx data_vyy data_vyz data_vzx data_vzy data_vzz "
        + "pred_vxx pred_vxy pred_vxz pred_vyx pred_vyy pred_vyz pred_vzx pred_vzy pred_vzz";

    private readonly TextWriter? _energy;
    private readonly TextWriter? _energyPerAtom;
    private readonly TextWriter? _force;
    private readonly TextWriter? _virial;
    private readonly TextWriter? _virialPerAtom;
    private FrameLabels _labels;

    private DpTestDetailFiles(IReadOnlyDictionary<string, TextWriter> writers)
    {
        _energy = writers.GetValueOrDefault(".e.out");
        _energyPerAtom = writers.GetValueOrDefault(".e_peratom.out");
        _force = writers.GetValueOrDefault(".f.out");
        _virial = writers.GetValueOrDefault(".v.out");
        _virialPerAtom = writers.GetValueOrDefault(".v_peratom.out");
    }

    /// <summary>Writes the files; all of them appear when everything is written, or none of them.</summary>
    /// <param name="prefix">Path and beginning of the names.</param>
    /// <param name="labels">Labels that at least one of the systems has.</param>
    /// <param name="write">Calls <see cref="BeginSystem"/> and <see cref="AddFrame"/>.</param>
    public static void Write(string prefix, FrameLabels labels, Action<DpTestDetailFiles> write)
    {
        var endings = new List<string>();
        if (labels.HasFlag(FrameLabels.Energy))
            endings.AddRange([".e.out", ".e_peratom.out"]);
        if (labels.HasFlag(FrameLabels.Force))
            endings.Add(".f.out");
        if (labels.HasFlag(FrameLabels.Virial))
            endings.AddRange([".v.out", ".v_peratom.out"]);
        Open(prefix, endings, 0, [], write);
    }

    /// <inheritdoc/>
    public void BeginSystem(string name, FrameLabels labels)
    {
        _labels = labels;
        WriteHeader(FrameLabels.Energy, _energy, name, EnergyColumns);
        WriteHeader(FrameLabels.Energy, _energyPerAtom, name, EnergyColumns);
        WriteHeader(FrameLabels.Force, _force, name, ForceColumns);
        WriteHeader(FrameLabels.Virial, _virial, name, VirialColumns);
        WriteHeader(FrameLabels.Virial, _virialPerAtom, name, VirialColumns);
    }

    /// <inheritdoc/>
    public void AddFrame(LabelledFrame reference, double energy, ReadOnlySpan<double> forces, ReadOnlySpan<double> virial)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var atomCount = reference.Types.Count(type => type >= 0);
        if (_labels.HasFlag(FrameLabels.Energy))
        {
            NumpyText.WriteRow(_energy!, [reference.Energy], [energy]);
            NumpyText.WriteRow(_energyPerAtom!, [reference.Energy], [energy], atomCount);
        }
        if (_labels.HasFlag(FrameLabels.Force))
            AddForces(reference, forces);
        if (_labels.HasFlag(FrameLabels.Virial))
        {
            NumpyText.WriteRow(_virial!, reference.Virial, virial);
            NumpyText.WriteRow(_virialPerAtom!, reference.Virial, virial, atomCount);
        }
    }

    private void AddForces(LabelledFrame reference, ReadOnlySpan<double> forces)
    {
        for (var i = 0; i < reference.AtomCount; i++)
        {
            if (reference.Types[i] >= 0)
                NumpyText.WriteRow(_force!, reference.Forces.AsSpan(3 * i, 3), forces.Slice(3 * i, 3));
        }
    }

    private void WriteHeader(FrameLabels label, TextWriter? writer, string name, string columns)
    {
        if (_labels.HasFlag(label))
            writer!.Write($"# {name}: {columns}\n");
    }

    private static void Open(
        string prefix, List<string> endings, int index, Dictionary<string, TextWriter> writers, Action<DpTestDetailFiles> write)
    {
        if (index == endings.Count)
        {
            write(new DpTestDetailFiles(writers));
            return;
        }
        AtomicFile.WriteText(prefix + endings[index], writer =>
        {
            writers.Add(endings[index], writer);
            Open(prefix, endings, index + 1, writers, write);
        });
    }
}
