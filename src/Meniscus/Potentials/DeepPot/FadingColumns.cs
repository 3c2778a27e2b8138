using System.Numerics;
using System.Runtime.Intrinsics;
using Meniscus.Numerics;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// The fading type part of an embedding, column by column, for the neighbours of one type (docs/theory.md, 1.7):
/// <code>
/// g_m = y_m (1 + f F_m),   ȳ_m = ḡ_m (1 + f F_m),   f̄ = Σ_m ḡ_m y_m F_m,   R̄_0 += f̄ df/ds̃
/// </code>
/// y is what the network of s̃ alone gives. f is a function of s̃ too, since s falls with r wherever f changes.
/// </summary>
/// <typeparam name="T">Number format.</typeparam>
internal sealed unsafe class FadingColumns<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DescriptorSettings _settings;
    private readonly TypeFade _fade;
    private readonly double[] _factors;
    private readonly double _inverseStd;
    private readonly NativeBuffer<T> _f = new(0);
    private readonly NativeBuffer<T> _slope = new(0);
    private readonly NativeBuffer<T> _adjoint = new(0);
    private readonly NativeBuffer<T> _g = new(0);
    private int _stride;

    /// <summary>Takes what a pair of types has.</summary>
    public FadingColumns(DescriptorSettings settings, FadingTypes fading, int centre, int neighbor)
    {
        _settings = settings;
        _fade = fading.Fade;
        _factors = fading.Factors[settings.NetworkIndex(centre, neighbor)];
        _inverseStd = settings.InverseStd(centre, neighbor)[0];
    }

    /// <summary>g, in the layout of the network's outputs.</summary>
    public T* Values => _g.Pointer;

    /// <summary>Makes room.</summary>
    public void Resize(int stride)
    {
        _stride = stride;
        _f.EnsureLength(stride);
        _slope.EnsureLength(stride);
        _adjoint.EnsureLength(stride);
        _g.EnsureLength(_factors.Length * stride);
    }

    /// <summary>f and df/ds̃ of the pairs in consecutive columns; columns behind them have f = 0.</summary>
    public void Set(EnvironmentMatrix<T> environment, int firstPair, int pairs, int column, int end)
    {
        for (var p = 0; p < pairs; p++)
        {
            var (x, y, z) = (environment.X(0)[firstPair + p], environment.X(1)[firstPair + p], environment.X(2)[firstPair + p]);
            var (value, slope) = At(Math.Sqrt((x * x) + (y * y) + (z * z)));
            _f.Pointer[column + p] = T.CreateTruncating(value);
            _slope.Pointer[column + p] = T.CreateTruncating(slope);
        }

        new Span<T>(_f.Pointer + column + pairs, end - column - pairs).Clear();
        new Span<T>(_slope.Pointer + column + pairs, end - column - pairs).Clear();
    }

    /// <summary>From y to g, for whole vectors of columns.</summary>
    public void Forward(T* y, int begin, int width)
    {
        for (var m = 0; m < _factors.Length; m++)
        {
            var factor = Vector512.Create(T.CreateTruncating(_factors[m]));
            var line = (nint)m * _stride;
            for (var k = begin; k < begin + width; k += Vector512<T>.Count)
                (Vector512.Load(y + line + k) * (Vector512<T>.One + (factor * Vector512.Load(_f.Pointer + k)))).Store(_g.Pointer + line + k);
        }
    }

    /// <summary>From ḡ to ȳ in its place; keeps f̄.</summary>
    public void Backward(T* y, T* gBar, int begin, int width)
    {
        new Span<T>(_adjoint.Pointer + begin, width).Clear();
        for (var m = 0; m < _factors.Length; m++)
        {
            var factor = Vector512.Create(T.CreateTruncating(_factors[m]));
            var line = (nint)m * _stride;
            for (var k = begin; k < begin + width; k += Vector512<T>.Count)
            {
                var bar = Vector512.Load(gBar + line + k);
                (Vector512.Load(_adjoint.Pointer + k) + (bar * Vector512.Load(y + line + k) * factor)).Store(_adjoint.Pointer + k);
                (bar * (Vector512<T>.One + (factor * Vector512.Load(_f.Pointer + k)))).Store(gBar + line + k);
            }
        }
    }

    /// <summary>Adds f̄ df/ds̃ to the adjoint of the first row.</summary>
    public void AddTo(T* rowAdjoint, int column, int pairs)
    {
        for (var p = 0; p < pairs; p++)
            rowAdjoint[p] += _adjoint.Pointer[column + p] * _slope.Pointer[column + p];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _f.Dispose();
        _slope.Dispose();
        _adjoint.Dispose();
        _g.Dispose();
    }

    private (double Value, double Slope) At(double r)
    {
        var (rc, rs) = (_settings.Cutoff, _settings.SmoothCutoff);
        var inverse = 1 / (r + _settings.Protection);
        var u = Math.Clamp((r - rs) / (rc - rs), 0, 1);
        var w = (u * u * u * ((((-6 * u) + 15) * u) - 10)) + 1;
        if (_fade == TypeFade.Radial)
        {
            var v = 1 - (rs * w * inverse);
            return v is >= 0 and <= 1 ? (1 - (v * v * v), 3 * v * v * rs / _inverseStd) : (v < 0 ? 1 : 0, 0);
        }

        var byDistance = u * u * ((((-30 * u) + 60) * u) - 30) / (rc - rs);
        var row = _inverseStd * ((byDistance * inverse) - (w * inverse * inverse));
        return (w, row == 0 ? 0 : byDistance / row);
    }
}
