using Meniscus.IO;
using Meniscus.Tests.Fixtures;

namespace Meniscus.Tests.IO;

public sealed class NpyArrayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("<f2", 1)]
    [InlineData(">f2", 1)]
    [InlineData("<f4", 1)]
    [InlineData(">f4", 2)]
    [InlineData("<f8", 3)]
    [InlineData(">f8", 1)]
    [InlineData("=f8", 1)]
    [InlineData("<i4", 2)]
    [InlineData(">i4", 1)]
    [InlineData("<i8", 1)]
    [InlineData(">i8", 3)]
    public void Every_number_format_and_byte_order_is_read(string descr, int version)
    {
        double[] values = [1, -2, 3, 4, 1024, -6];
        using var array = Open(NpyBytes.File(descr, "(2, 3)", values, version: version));
        Assert.Equal([2, 3], array.Shape);
        var read = new double[6];
        array.ReadRows(0, 2, read);
        Assert.Equal(values, read);
        var integers = new int[3];
        array.ReadRows(1, 1, integers);
        Assert.Equal([4, 1024, -6], integers);
    }

    [Fact]
    public void Fortran_order_is_turned_into_rows()
    {
        // a[i, j] = 10 i + j, i < 2, j < 3: the first index varies fastest in the file.
        using var array = Open(NpyBytes.File("<f8", "(2, 3)", [0, 10, 1, 11, 2, 12], fortran: true));
        Assert.True(array.FortranOrder);
        var row = new double[3];
        array.ReadRows(1, 1, row);
        Assert.Equal([10, 11, 12], row);
        var both = new double[6];
        array.ReadRows(0, 2, both);
        Assert.Equal([0, 1, 2, 10, 11, 12], both);
    }

    [Theory]
    [InlineData(">f4")]
    [InlineData("<i4")]
    public void Three_axes_in_Fortran_order_flatten_like_C_order(string descr)
    {
        // a[i, j, k] = 100 i + 10 j + k with shape (3, 4, 2).
        var values = new List<double>();
        for (var k = 0; k < 2; k++)
        {
            for (var j = 0; j < 4; j++)
            {
                for (var i = 0; i < 3; i++)
                    values.Add((100 * i) + (10 * j) + k);
            }
        }

        using var array = Open(NpyBytes.File(descr, "(3, 4, 2)", [.. values], fortran: true));
        var row = new double[8];
        array.ReadRows(2, 1, row);
        Assert.Equal([200, 201, 210, 211, 220, 221, 230, 231], row);
        var integers = new int[8];
        array.ReadRows(2, 1, integers);
        Assert.Equal([200, 201, 210, 211, 220, 221, 230, 231], integers);
    }

    [Theory]
    [InlineData("(4,)", 4, 1)]
    [InlineData("(4, 1)", 4, 1)]
    [InlineData("(4L, 1L)", 4, 1)]
    [InlineData("(1, 4)", 1, 4)]
    [InlineData("(2, 2)", 2, 2)]
    public void Rows_are_the_first_axis(string shape, long rows, long length)
    {
        using var array = Open(NpyBytes.File("<f8", shape, [1, 2, 3, 4]));
        Assert.Equal(rows, array.RowCount);
        Assert.Equal(length, array.RowLength);
    }

    [Fact]
    public void A_single_number_and_an_empty_array_are_arrays()
    {
        using var scalar = Open(NpyBytes.File("<f8", "()", [7]));
        var value = new double[1];
        scalar.ReadRows(0, 1, value);
        Assert.Equal(7, value[0]);
        using var empty = Open(NpyBytes.File("<f8", "(0, 9)", []));
        Assert.Equal((0, 9), (empty.RowCount, empty.RowLength));
        empty.ReadRows(0, 0, value);
    }

    [Fact]
    public void Header_keys_may_come_in_any_order_with_any_blanks_and_quotes()
    {
        var header = NpyBytes.Header("{ \"shape\":(1,2) ,'fortran_order' : False,\t'descr':'<f4'}");
        using var array = Open([.. header, .. new byte[8]]);
        Assert.Equal([1, 2], array.Shape);
    }

    [Theory]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 3), }", "negative length")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", "overflows")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", "beyond 64 bits")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 9223372036854775807, 9223372036854775807), }", "overflows")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': 3, }", "expected '('")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "Python objects")]
    [InlineData("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", "dtype '<c16'")]
    [InlineData("{'descr': '<U5', 'fortran_order': False, 'shape': (1,), }", "dtype '<U5'")]
    [InlineData("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,), }", "structured arrays")]
    [InlineData("{'descr': '<f8', 'fortran_order': None, 'shape': (1,), }", "True or False")]
    [InlineData("{'descr': '<f8', 'shape': (1,), }", "a key missing")]
    [InlineData("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", "given twice")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 'x'}", "'more'")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)", "'}'")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } import os", "nothing after")]
    [InlineData("", "expected '{'")]
    public void A_bad_header_is_refused_with_one_line(string header, string said)
    {
        var message = Refused([.. NpyBytes.Header(header), .. new byte[8]]);
        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_cut_off_too_long_or_something_else_are_refused()
    {
        var good = NpyBytes.File("<f8", "(2, 3)", [1, 2, 3, 4, 5, 6]);
        Assert.Contains("47 bytes of numbers where shape (2, 3) of f8 needs 48", Refused(good[..^1]), StringComparison.Ordinal);
        Assert.Contains("something after the array", Refused([.. good, 0]), StringComparison.Ordinal);
        Assert.Contains("inside its header", Refused(good[..40]), StringComparison.Ordinal);
        Assert.Contains("not a .npy file", Refused([]), StringComparison.Ordinal);
        Assert.Contains("not a .npy file", Refused("PK\x03\x04 and so on"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("version 9.0", Refused([.. good[..6], 9, .. good[7..]]), StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<InputException>(() => NpyArray.Open(_folder.File("absent.npy"))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<InputException>(() => NpyArray.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_length_of_gigabytes_is_refused_before_memory_is_taken()
    {
        var bytes = NpyBytes.File("<f8", "(1,)", [1], version: 2);
        bytes.AsSpan(8, 4).Fill(0xff);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("4294967295 bytes", Refused(bytes), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Thousands_of_mutations_are_read_or_refused_and_nothing_else()
    {
        byte[][] seeds =
        [
            NpyBytes.File("<f8", "(2, 3)", [1, 2, 3, 4, 5, 6]),
            NpyBytes.File(">f4", "(3, 2)", [1, 2, 3, 4, 5, 6], fortran: true, version: 2),
            NpyBytes.File("<i8", "(6,)", [1, 2, 3, 4, 5, 6], version: 3),
        ];
        var random = new Random(20260101);
        var path = _folder.File("mutated.npy");
        var refused = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 5000; i++)
        {
            File.WriteAllBytes(path, Mutate(seeds[i % seeds.Length], random));
            try
            {
                using var array = NpyArray.Open(path);
                ReadAll(array);
            }
            catch (InputException e)
            {
                refused++;
                Assert.DoesNotContain('\n', e.Message);
            }
        }

        Assert.InRange(refused, 2000, 4999);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5000L * 100_000);
    }

    [Fact]
    public void Fractions_and_large_numbers_are_no_types()
    {
        using var fraction = Open(NpyBytes.File("<f8", "(2,)", [1, 0.5]));
        Assert.Contains("whole number", Assert.Throws<InputException>(() => fraction.ReadRows(0, 2, new int[2])).Message, StringComparison.Ordinal);
        using var large = Open(NpyBytes.File("<i8", "(1,)", [5e9]));
        Assert.Throws<InputException>(() => large.ReadRows(0, 1, new int[1]));
        using var none = Open(NpyBytes.File("<f8", "(1,)", [double.NaN]));
        Assert.Throws<InputException>(() => none.ReadRows(0, 1, new int[1]));
    }

    [Theory]
    [InlineData(NpyElementType.Float64, 0)]
    [InlineData(NpyElementType.Float32, 1e-7)]
    public void What_the_writer_writes_comes_back(NpyElementType type, double tolerance)
    {
        var random = new Random(3);
        var values = Enumerable.Range(0, 30_000).Select(_ => (random.NextDouble() - 0.5) * 100).ToArray();
        NpyWriter.Write(_folder.File("a.npy"), type, values, 100, 300);
        using var array = NpyArray.Open(_folder.File("a.npy"));
        Assert.Equal(type, array.ElementType);
        Assert.Equal(0, (new FileInfo(_folder.File("a.npy")).Length - (values.Length * (type == NpyElementType.Float64 ? 8 : 4))) % 64);
        var read = new double[values.Length];
        array.ReadRows(0, 100, read);
        for (var i = 0; i < values.Length; i++)
            Assert.Equal(values[i], read[i], Math.Abs(values[i]) * tolerance);
    }

    [Fact]
    public void The_written_bytes_are_those_of_NumPy()
    {
        NpyWriter.Write(_folder.File("a.npy"), NpyElementType.Int32, [1, -2], 2);
        Assert.Equal(NpyBytes.File("<i4", "(2,)", [1, -2]), File.ReadAllBytes(_folder.File("a.npy")));
        NpyWriter.Write(_folder.File("b.npy"), NpyElementType.Float64, [1, 2, 3, 4, 5, 6], 2, 3);
        Assert.Equal(NpyBytes.File("<f8", "(2, 3)", [1, 2, 3, 4, 5, 6]), File.ReadAllBytes(_folder.File("b.npy")));
    }

    [Fact]
    public void A_number_too_large_for_float32_is_refused_and_leaves_no_file()
    {
        Assert.Throws<InputException>(() => NpyWriter.Write(_folder.File("a.npy"), NpyElementType.Float32, [1e300], 1));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Reading_rows_does_not_allocate()
    {
        using var c = Open(NpyBytes.File("<f4", "(50, 9)", new double[450]));
        using var fortran = Open(NpyBytes.File(">f8", "(50, 3, 3)", new double[450], fortran: true), "f.npy");
        var row = new double[9];
        c.ReadRows(0, 1, row);
        fortran.ReadRows(0, 1, row);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
        {
            c.ReadRows(i, 1, row);
            fortran.ReadRows(i, 1, row);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_pool_closes_the_least_recently_used_map_and_opens_it_again()
    {
        var pool = new MappedFilePool(3);
        var arrays = new List<NpyArray>();
        for (var i = 0; i < 10; i++)
        {
            var path = _folder.File($"{i}.npy");
            File.WriteAllBytes(path, NpyBytes.File("<f8", "(1,)", [i]));
            arrays.Add(NpyArray.Open(path, pool));
        }

        var value = new double[1];
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 10; i++)
            {
                arrays[i].ReadRows(0, 1, value);
                Assert.Equal(i, value[0]);
                Assert.InRange(pool.OpenCount, 1, 3);
            }
        }

        arrays.ForEach(array => array.Dispose());
        Assert.Equal(0, pool.OpenCount);
    }

    [Fact]
    public void A_file_that_changes_its_length_between_two_maps_is_noticed()
    {
        var pool = new MappedFilePool(1);
        File.WriteAllBytes(_folder.File("a.npy"), NpyBytes.File("<f8", "(2,)", [1, 2]));
        using var array = NpyArray.Open(_folder.File("a.npy"), pool);
        File.WriteAllBytes(_folder.File("a.npy"), NpyBytes.File("<f8", "(1,)", [1]));
        Assert.Contains("do not change data", Assert.Throws<InputException>(() => array.ReadRows(0, 1, new double[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_can_share_a_pool()
    {
        var pool = new MappedFilePool(2);
        for (var i = 0; i < 6; i++)
            File.WriteAllBytes(_folder.File($"{i}.npy"), NpyBytes.File("<f8", "(20,)", [.. Enumerable.Repeat((double)i, 20)]));
        Parallel.For(0, 6, i =>
        {
            using var array = NpyArray.Open(_folder.File($"{i}.npy"), pool);
            var value = new double[1];
            for (var k = 0; k < 2000; k++)
            {
                array.ReadRows(k % 20, 1, value);
                Assert.Equal(i, value[0]);
            }
        });
        Assert.Equal(0, pool.OpenCount);
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = (byte[])seed.Clone();
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                var extra = new byte[random.Next(1, 200)];
                random.NextBytes(extra);
                return [.. bytes, .. extra];
            case 2:
                // Digits of the shape and characters of the dictionary, where a change is most likely to mean something.
                for (var n = random.Next(1, 4); n > 0; n--)
                    bytes[random.Next(10, 90)] = (byte)"0123456789,()'<>fiO{}- "[random.Next(23)];
                return bytes;
            default:
                for (var n = random.Next(1, 9); n > 0; n--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
        }
    }

    private static void ReadAll(NpyArray array)
    {
        // The file is small, so a valid array is too; only arrays without numbers may claim many rows.
        Assert.InRange(array.RowLength == 0 ? 0 : array.RowCount * array.RowLength, 0, 1000);
        var row = new double[array.RowLength];
        for (var i = 0L; i < Math.Min(array.RowCount, 1000); i++)
            array.ReadRows(i, 1, row);
        try
        {
            array.ReadRows(0, (int)Math.Min(array.RowCount, 1), new int[array.RowLength]);
        }
        catch (InputException)
        {
            // Damaged numbers are not integers.
        }
    }

    private NpyArray Open(byte[] bytes, string name = "a.npy")
    {
        File.WriteAllBytes(_folder.File(name), bytes);
        return NpyArray.Open(_folder.File(name));
    }

    private string Refused(byte[] bytes)
    {
        var message = Assert.Throws<InputException>(() => Open(bytes).Dispose()).Message;
        Assert.StartsWith(_folder.File("a.npy"), message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
