using System.CommandLine;

namespace Meniscus.Cli;

/// <summary>The option <c>--axis x|y|z</c>: the axis along the surface normal.</summary>
internal sealed class AxisOption
{
    private readonly Option<string> _axis = new("--axis")
    {
        Description = "Axis along the surface normal: x, y or z.",
        HelpName = "AXIS",
        DefaultValueFactory = _ => "z",
    };

    /// <summary>Adds it to a verb.</summary>
    public AxisOption(Command verb)
    {
        verb.Add(_axis);
    }

    /// <summary>0, 1, 2 for x, y, z.</summary>
    /// <exception cref="InputException">Another word.</exception>
    public int Index(ParseResult arguments) => Name(arguments) - 'x';

    /// <summary>The letter.</summary>
    /// <exception cref="InputException">Another word.</exception>
    public char Name(ParseResult arguments)
    {
        var word = arguments.GetRequiredValue(_axis);
        return word is "x" or "y" or "z" ? word[0] : throw new InputException($"--axis {word}: expected x, y or z");
    }
}
