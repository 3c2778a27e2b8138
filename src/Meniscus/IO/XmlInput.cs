using System.Globalization;
using System.Xml;

namespace Meniscus.IO;

/// <summary>
/// Reads an XML file element by element, without document types, entities or anything from elsewhere; what is wrong with it
/// is one line with file and line.
/// </summary>
internal sealed class XmlInput : IDisposable
{
    private readonly Stream _stream;
    private readonly XmlReader _reader;

    private XmlInput(string path, Stream stream)
    {
        (Path, _stream) = (path, stream);
        _reader = XmlReader.Create(stream, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CheckCharacters = false,
        });
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Name of the current element, without prefix.</summary>
    public string Name => _reader.LocalName;

    /// <summary>Depth of the current element.</summary>
    public int Depth => _reader.Depth;

    /// <summary>Whether the current element is its end.</summary>
    public bool IsEnd => _reader.NodeType == XmlNodeType.EndElement;

    /// <summary>Whether the current element has nothing within, so that no end follows.</summary>
    public bool IsEmpty => _reader.IsEmptyElement;

    /// <summary>Line of the current element.</summary>
    public int Line => ((IXmlLineInfo)_reader).LineNumber;

    /// <summary>Opens a file.</summary>
    public static XmlInput Open(string path)
    {
        if (Directory.Exists(path))
            throw new InputException($"{path}: is a folder; expected a file");
        return new XmlInput(path, InputFile.OpenRead(path));
    }

    /// <summary>Goes to the next beginning or end of an element; false at the end of the file.</summary>
    public bool Next() => Guard(() =>
    {
        while (_reader.Read())
        {
            if (_reader.NodeType is XmlNodeType.Element or XmlNodeType.EndElement)
                return true;
        }

        return false;
    });

    /// <summary>An attribute of the current element, null where it does not have it.</summary>
    public string? Attribute(string name) => _reader.GetAttribute(name);

    /// <summary>The text of the current element up to the next tag.</summary>
    public string Text() => Guard(() =>
    {
        if (_reader.IsEmptyElement)
            return "";
        return _reader.Read() && _reader.NodeType == XmlNodeType.Text ? _reader.Value : "";
    });

    /// <summary>The text of the current element as finite numbers.</summary>
    /// <param name="count">How many; below 0 for any number.</param>
    public double[] Numbers(int count)
    {
        var (name, line) = (Name, Line);
        var words = Text().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (count >= 0 && words.Length != count)
            throw Error(line, $"<{name}> has {words.Length} numbers; expected {count}");
        return Array.ConvertAll(words, word =>
            double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
                ? value
                : throw Error(line, $"'{(word.Length > 24 ? word[..24] + "…" : word)}' in <{name}> is no finite number"));
    }

    /// <summary>An error at the current element.</summary>
    public InputException Error(string text) => Error(Line, text);

    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }

    private InputException Error(int line, string text) => new(string.Create(CultureInfo.InvariantCulture, $"{Path} line {line}: {text}"));

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (XmlException e)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{Path} line {e.LineNumber}: no whole XML file ({e.Message.TrimEnd('.').ReplaceLineEndings(" ")}); it may be cut short or another kind of file"), e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"{Path}: cannot be read as XML ({e.Message.ReplaceLineEndings(" ")}); check that it is the right file", e);
        }
    }
}
