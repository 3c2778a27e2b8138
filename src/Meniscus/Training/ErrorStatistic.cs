namespace Meniscus.Training;

/// <summary>Root mean square, mean absolute and largest error of one quantity, with the number of values behind them.</summary>
public struct ErrorStatistic
{
    private double _sumOfSquares;
    private double _sumOfAbsolutes;

    /// <summary>Number of values.</summary>
    public long Count { get; private set; }

    /// <summary>Root mean square error; NaN without values.</summary>
    public readonly double Rmse => Count == 0 ? double.NaN : Math.Sqrt(_sumOfSquares / Count);

    /// <summary>Mean absolute error; NaN without values.</summary>
    public readonly double Mae => Count == 0 ? double.NaN : _sumOfAbsolutes / Count;

    /// <summary>Largest absolute error; 0 without values.</summary>
    public double Largest { get; private set; }

    /// <summary>Adds a value.</summary>
    /// <param name="difference">Prediction minus reference.</param>
    public void Add(double difference)
    {
        _sumOfSquares += difference * difference;
        _sumOfAbsolutes += Math.Abs(difference);
        Largest = Math.Max(Largest, Math.Abs(difference));
        Count++;
    }

    /// <summary>Adds all values of another statistic.</summary>
    public void Add(ErrorStatistic other)
    {
        _sumOfSquares += other._sumOfSquares;
        _sumOfAbsolutes += other._sumOfAbsolutes;
        Largest = Math.Max(Largest, other.Largest);
        Count += other.Count;
    }
}
