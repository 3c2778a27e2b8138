using System.Text;

namespace Meniscus.IO;

/// <summary>
/// The element in the label of a species: pw.x and CP2K call kinds H1, H_h, Fe2 or OW. The first two letters if they are
/// an element in any case, else the first. Source: the page INPUT_PW of Quantum ESPRESSO, card ATOMIC_SPECIES.
/// </summary>
internal static class SpeciesLabel
{
    /// <summary>The part of the label that names the element.</summary>
    public static ReadOnlySpan<byte> Symbol(ReadOnlySpan<byte> label)
    {
        var letters = 0;
        while (letters < Math.Min(2, label.Length) && char.IsAsciiLetter((char)label[letters]))
            letters++;
        if (letters == 2)
        {
            var name = Encoding.ASCII.GetString(label[..2]);
            if (!TypeNaming.IsElement(char.ToUpperInvariant(name[0]) + name[1..].ToLowerInvariant()))
                letters = 1;
        }

        return label[..letters];
    }
}
