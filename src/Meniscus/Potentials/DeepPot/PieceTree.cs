using System.Globalization;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Pieces of the range of s̃ on which one embedding network is expanded: base pieces of width 4 from the lower end on,
/// each halved where the network bends more than 16 polynomials can follow. Which piece a value lies in is looked up in
/// a table of the smallest cells. Pieces beyond the range in use are kept but not counted.
/// </summary>
internal sealed class PieceTree
{
    /// <summary>Width of a piece that was never halved, in units of s̃.</summary>
    public const double BaseWidth = 4;

    /// <summary>Most halvings of a piece.</summary>
    private const int MaxLevel = 12;

    /// <summary>Halvings that smooth networks which are not steep get along with.</summary>
    private const int UsualLevel = 8;

    /// <summary>Smallest cells in a base piece.</summary>
    private const int CellsPerBase = 1 << MaxLevel;

    private const double CellsPerUnit = CellsPerBase / BaseWidth;

    private readonly double _lower;
    private readonly List<Piece> _pieces = [];
    private short[] _pieceOfCell = [];
    private double[] _starts = [];
    private double[] _inverseHalfWidths = [];
    private int _baseCount;
    private int _cells;

    /// <summary>Creates a tree without pieces.</summary>
    /// <param name="lower">Lower end of the range.</param>
    public PieceTree(double lower)
    {
        _lower = lower;
    }

    /// <summary>Pieces in use.</summary>
    public int Count { get; private set; }

    /// <summary>Pieces that the first base piece has been cut into.</summary>
    public int CountOfFirstBase => _pieces.FindIndex(p => p.Cell >= CellsPerBase) is >= 0 and var first ? Math.Min(first, Count) : Count;

    /// <summary>
    /// The pieces as text: number among the pieces of its size, and halvings, of each, and a dot where only rounding is left.
    /// </summary>
    public string State
    {
        get => string.Join(' ', _pieces.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Cell >> (MaxLevel - p.Level)}/{p.Level}{(p.IsLast ? "." : "")}")));
        set
        {
            _pieces.Clear();
            foreach (var word in value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = word.TrimEnd('.').Split('/');
                var number = int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture);
                var level = parts.Length == 2 ? int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture) : -1;
                if (level is < 0 or > MaxLevel)
                    throw new FormatException($"'{word}' is no piece of an embedding table");
                _pieces.Add(new Piece(number << (MaxLevel - level), level, word.EndsWith('.')));
            }

            _baseCount = _pieces.Count == 0 ? 0 : (_pieces[^1].Cell / CellsPerBase) + 1;
        }
    }

    /// <summary>Forgets all pieces.</summary>
    public void Clear() => State = "";

    /// <summary>Covers the range up to a value; false where that takes more pieces than allowed.</summary>
    public bool Lay(double upper, int maxPieces)
    {
        var bases = Math.Max(1, Math.Ceiling((upper - _lower) / BaseWidth));
        if (!(bases <= maxPieces))
            return false;
        for (; _baseCount < (int)bases; _baseCount++)
            _pieces.Add(new Piece(_baseCount * CellsPerBase, 0, false));
        Count = _pieces.Count;
        while (Count > 1 && _lower + (_pieces[Count - 1].Cell / CellsPerUnit) > upper)
            Count--;
        if (Count > maxPieces)
            return false;
        Tabulate();
        return true;
    }

    /// <summary>A point of a piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="x">Place in it, −1…1.</param>
    public double PointOf(int piece, double x) => _starts[piece] + ((1 + x) / _inverseHalfWidths[piece]);

    /// <summary>Whether a value lies beyond the last piece.</summary>
    public bool IsBeyond(double s) => (s - _lower) * CellsPerUnit >= _cells;

    /// <summary>The piece of a value, the place x in it, and dx/ds̃; −1 for a value beyond the last piece.</summary>
    public int Locate(double s, out double x, out double slope)
    {
        var cell = (int)((s - _lower) * CellsPerUnit);
        if ((uint)cell >= (uint)_cells)
        {
            (x, slope) = (-1, 0);
            return -1;
        }

        var piece = _pieceOfCell[cell];
        slope = _inverseHalfWidths[piece];
        x = ((s - _starts[piece]) * slope) - 1;
        return piece;
    }

    /// <summary>
    /// By how much less the last coefficients of a piece may be for it to count as resolved: those of a kink fall with the
    /// width, so that one fixed limit would in the end let any function pass for smooth.
    /// </summary>
    public double Strictness(int piece) => 1.0 / (1 << Math.Max(0, _pieces[piece].Level - UsualLevel));

    /// <summary>Whether a piece may be halved.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="resolved">Whether it is resolved but for rounding; then only if it has not been halved in that state before.</param>
    public bool CanHalve(int piece, bool resolved) => _pieces[piece].Level < MaxLevel && !(resolved && _pieces[piece].IsLast);

    /// <summary>Halves a piece; the halves take effect with the next <see cref="Lay"/>.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="last">Whether the piece was resolved but for rounding, so that its halves are left alone.</param>
    public void Halve(int piece, bool last)
    {
        var (cell, level) = (_pieces[piece].Cell, _pieces[piece].Level + 1);
        _pieces[piece] = new Piece(cell, level, last);
        _pieces.Insert(piece + 1, new Piece(cell + (CellsPerBase >> level), level, last));
    }

    private void Tabulate()
    {
        if (_starts.Length < Count)
        {
            _starts = new double[2 * Count];
            _inverseHalfWidths = new double[2 * Count];
        }

        var last = _pieces[Count - 1];
        _cells = last.Cell + (CellsPerBase >> last.Level);
        if (_pieceOfCell.Length < _cells)
            _pieceOfCell = new short[2 * _cells];
        for (var p = 0; p < Count; p++)
        {
            var cells = CellsPerBase >> _pieces[p].Level;
            _starts[p] = _lower + (_pieces[p].Cell / CellsPerUnit);
            _inverseHalfWidths[p] = 2 * CellsPerUnit / cells;
            _pieceOfCell.AsSpan(_pieces[p].Cell, cells).Fill((short)p);
        }
    }

    private readonly record struct Piece(int Cell, int Level, bool IsLast);
}
