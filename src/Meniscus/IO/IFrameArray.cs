namespace Meniscus.IO;

/// <summary>
/// An array of numbers whose first axis counts frames, read row by row from where it is stored. One implementation per
/// storage: .npy file, .raw text, HDF5 dataset.
/// </summary>
internal interface IFrameArray : IDisposable
{
    /// <summary>The file, or file and dataset. Used in messages.</summary>
    string Name { get; }

    /// <summary>Length of each axis.</summary>
    IReadOnlyList<long> Shape { get; }

    /// <summary>Length of the first axis; 1 for a scalar.</summary>
    long RowCount { get; }

    /// <summary>Numbers in one row: the product of all other axes.</summary>
    long RowLength { get; }

    /// <summary>Reads rows into the beginning of <paramref name="destination"/>, each row flattened row-major.</summary>
    void ReadRows(long firstRow, int rowCount, Span<double> destination);

    /// <summary>Reads rows of integers; a number that is not one is refused.</summary>
    void ReadRows(long firstRow, int rowCount, Span<int> destination);
}

/// <summary>Turns numbers into the 32-bit integers that atom types are.</summary>
internal static class IntegerRows
{
    /// <summary>Converts, refusing fractions, NaN and numbers out of range.</summary>
    public static int ToInt32(double value, string name)
    {
        var integer = (int)value;
        return integer == value
            ? integer
            : throw new InputException(FormattableString.Invariant($"{name}: {value} where a whole number was expected; check the file"));
    }
}
