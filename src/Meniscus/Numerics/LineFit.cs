namespace Meniscus.Numerics;

/// <summary>Least-squares line through points that come one by one; only sums are kept, about the running mean.</summary>
internal struct LineFit
{
    private double _meanX;
    private double _meanY;
    private double _xx;
    private double _xy;
    private double _yy;

    /// <summary>Number of points.</summary>
    public long Count { get; private set; }

    /// <summary>Slope of y over x.</summary>
    public readonly double Slope => _xy / _xx;

    /// <summary>Standard deviation of x.</summary>
    public readonly double DeviationX => Count == 0 ? 0 : Math.Sqrt(_xx / Count);

    /// <summary>Standard deviation of y.</summary>
    public readonly double DeviationY => Count == 0 ? 0 : Math.Sqrt(_yy / Count);

    /// <summary>Correlation of x and y.</summary>
    public readonly double Correlation => _xy / Math.Sqrt(_xx * _yy);

    /// <summary>Standard error of the slope for independent points.</summary>
    public readonly double SlopeError => Math.Sqrt(Math.Max(0, (_yy / _xx) - (Slope * Slope)) / Math.Max(1, Count - 2));

    /// <summary>Adds a point.</summary>
    public void Add(double x, double y)
    {
        Count++;
        var (dx, dy) = (x - _meanX, y - _meanY);
        _meanX += dx / Count;
        _meanY += dy / Count;
        _xx += dx * (x - _meanX);
        _xy += dx * (y - _meanY);
        _yy += dy * (y - _meanY);
    }

    /// <summary>Adds the points of another fit, each set about its own mean: one slope, an intercept each.</summary>
    public void AddCentred(in LineFit other)
    {
        Count += Math.Max(0, other.Count - 1);
        _xx += other._xx;
        _xy += other._xy;
        _yy += other._yy;
    }
}
