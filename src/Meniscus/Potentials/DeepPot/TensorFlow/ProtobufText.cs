using System.Text;

namespace Meniscus.Potentials.DeepPot.TensorFlow;

/// <summary>A message of protobuf's text form: its fields by name, each with all its values in their order.</summary>
internal sealed class ProtobufMessage
{
    private readonly Dictionary<string, List<object>> _fields = new(StringComparer.Ordinal);

    public void Add(string name, object value)
    {
        if (!_fields.TryGetValue(name, out var values))
            _fields[name] = values = [];
        values.Add(value);
    }

    public IEnumerable<ProtobufMessage> Messages(string name) => Of(name).OfType<ProtobufMessage>();

    /// <summary>Values in quotes, escapes resolved.</summary>
    public IEnumerable<byte[]> Texts(string name) => Of(name).OfType<byte[]>();

    /// <summary>Numbers and names, as they are written.</summary>
    public IEnumerable<string> Scalars(string name) => Of(name).OfType<string>();

    /// <summary>Names of the fields, in the order in which each came first.</summary>
    public IEnumerable<string> Names => _fields.Keys;

    /// <summary>Values of a field: a message, a text as bytes, or a number or name as it is written.</summary>
    public IReadOnlyList<object> Values(string name) => Of(name);

    public string Text(string name) => Texts(name).LastOrDefault() is { } text ? Encoding.UTF8.GetString(text) : "";

    private List<object> Of(string name) => _fields.GetValueOrDefault(name, []);
}

/// <summary>
/// The grammar of protobuf's text form: <c>name: value</c>, <c>name { … }</c>, lists in brackets, comments from # to the
/// end of the line, strings in either quotes with C's escapes. What fields there may be is the reader's business.
/// </summary>
internal sealed class ProtobufText
{
    private const int Deepest = 64;

    private readonly byte[] _bytes;
    private readonly string _file;
    private int _place;

    public ProtobufText(byte[] bytes, string file)
    {
        _bytes = bytes;
        _file = file;
    }

    public ProtobufMessage Read() => ReadMessage(end: 0, depth: 0);

    private int Here => _place < _bytes.Length ? _bytes[_place] : -1;

    private ProtobufMessage ReadMessage(byte end, int depth)
    {
        if (depth > Deepest)
            throw Error($"messages within messages more than {Deepest} deep; a GraphDef has no such");
        var message = new ProtobufMessage();
        while (true)
        {
            SkipSpace();
            if (Here < 0)
                return end == 0 ? message : throw Error($"the file ends inside a message, '{(char)end}' is missing; it is cut off");
            if (end != 0 && Here == end)
            {
                _place++;
                return message;
            }

            ReadField(message, depth);
        }
    }

    private void ReadField(ProtobufMessage message, int depth)
    {
        var name = ReadWord("the name of a field");
        SkipSpace();
        var colon = Here == ':';
        if (colon)
            _place++;
        SkipSpace();
        if (colon && Here == '[')
            ReadList(message, name, depth);
        else if (colon || Here is '{' or '<')
            message.Add(name, ReadValue(depth));
        else
            throw Error($"expected ':' or '{{' after '{ModelNode.Shorten(name)}'");
        SkipSpace();
        if (Here is ',' or ';')
            _place++;
    }

    private void ReadList(ProtobufMessage message, string name, int depth)
    {
        _place++;
        SkipSpace();
        while (Here != ']')
        {
            message.Add(name, ReadValue(depth));
            SkipSpace();
            if (Here == ',')
                _place++;
            else if (Here != ']')
                throw Error("expected ',' or ']' in a list");
            SkipSpace();
        }

        _place++;
    }

    private object ReadValue(int depth)
    {
        switch (Here)
        {
            case '{':
                _place++;
                return ReadMessage((byte)'}', depth + 1);
            case '<':
                _place++;
                return ReadMessage((byte)'>', depth + 1);
            case '"' or '\'':
                return ReadStrings();
            default:
                return ReadWord("a value");
        }
    }

    private string ReadWord(string what)
    {
        var begin = _place;
        while (Here is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_' or '-' or '+' or '.' or '/')
            _place++;
        return _place > begin ? Encoding.ASCII.GetString(_bytes, begin, _place - begin) : throw Error($"expected {what}");
    }

    /// <summary>Strings that follow each other are one.</summary>
    private byte[] ReadStrings()
    {
        using var text = new MemoryStream();
        while (Here is '"' or '\'')
        {
            ReadString(text);
            SkipSpace();
        }

        return text.ToArray();
    }

    private void ReadString(MemoryStream text)
    {
        var quote = Here;
        _place++;
        while (Here != quote)
        {
            if (Here is < 0 or '\n')
                throw Error("a text in quotes is not closed");
            if (Here == '\\')
                text.WriteByte(ReadEscape());
            else
                text.WriteByte(_bytes[_place++]);
        }

        _place++;
    }

    private byte ReadEscape()
    {
        _place++;
        var letter = Here;
        if (letter is >= '0' and <= '7')
            return ReadDigits(8, 3);
        _place++;
        return letter switch
        {
            'n' => (byte)'\n',
            'r' => (byte)'\r',
            't' => (byte)'\t',
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'v' => 11,
            'x' or 'X' => ReadDigits(16, 2),
            '\\' or '\'' or '"' or '?' => (byte)letter,
            _ => throw Error("an escape that protobuf's text form does not have"),
        };
    }

    private byte ReadDigits(int radix, int most)
    {
        var (value, count) = (0, 0);
        for (; count < most && DigitOf(Here) is var digit && digit >= 0 && digit < radix; count++, _place++)
            value = (value * radix) + digit;
        return count > 0 && value < 256 ? (byte)value : throw Error("an escape that is not one byte");
    }

    private static int DigitOf(int letter) => letter switch
    {
        >= '0' and <= '9' => letter - '0',
        >= 'a' and <= 'f' => letter - 'a' + 10,
        >= 'A' and <= 'F' => letter - 'A' + 10,
        _ => -1,
    };

    private void SkipSpace()
    {
        while (Here is ' ' or '\t' or '\r' or '\n' or '#')
        {
            if (Here == '#')
            {
                while (Here is not (-1 or '\n'))
                    _place++;
            }
            else
            {
                _place++;
            }
        }
    }

    private InputException Error(string message)
    {
        var line = 1 + _bytes.AsSpan(0, Math.Min(_place, _bytes.Length)).Count((byte)'\n');
        return new InputException($"{_file}: line {line}: {message}; expected a TensorFlow graph in protobuf's text form");
    }
}
