namespace Meniscus.Numerics;

/// <summary>Copies a matrix with rows and columns exchanged, in blocks that fit the first-level cache both ways.</summary>
internal static unsafe class Transpose
{
    private const int Block = 8;

    /// <summary>target[j, i] = source[i, j].</summary>
    /// <param name="source">Row-major.</param>
    /// <param name="sourceStride">Elements from one source row to the next.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="target">Row-major, columns × rows.</param>
    /// <param name="targetStride">Elements from one target row to the next.</param>
    public static void Copy<T>(T* source, nint sourceStride, int rows, int columns, T* target, nint targetStride)
        where T : unmanaged
    {
        for (var i0 = 0; i0 < rows; i0 += Block)
        {
            var i1 = Math.Min(i0 + Block, rows);
            for (var j = 0; j < columns; j++)
            {
                var line = target + (j * targetStride);
                var column = source + j;
                for (var i = i0; i < i1; i++)
                    line[i] = column[i * sourceStride];
            }
        }
    }
}
