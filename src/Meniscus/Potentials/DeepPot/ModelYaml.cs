using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Meniscus.Potentials.DeepPot;

/// <summary>
/// Model trees as YAML, DeePMD-kit's <c>.yaml</c> model file. Scalars are resolved by YAML 1.1's rules, as Python's
/// reader does; arrays are maps of class <c>np.ndarray</c> as in <see cref="ModelJson"/>.
/// </summary>
internal static class ModelYaml
{
    public static ModelMap Read(string file)
    {
        using var reader = new StreamReader(file);
        return Read(reader, file);
    }

    public static ModelMap Read(TextReader text, string file)
    {
        try
        {
            return new YamlTreeReader(new Parser(text), file).ReadRoot();
        }
        // On damaged text the scanner also stops with exceptions that are not its own.
        catch (Exception error) when (error is not InputException)
        {
            var line = error is YamlException yaml ? $"line {yaml.Start.Line}: " : "";
            throw new InputException($"{file}: not a YAML model file: {line}{ModelNode.Shorten(error.Message)} (check that the file is complete and has the right ending)", error);
        }
    }

    public static void Write(ModelMap root, TextWriter text)
    {
        var settings = new EmitterSettings(bestIndent: 2, bestWidth: 120, isCanonical: false, maxSimpleKeyLength: 1024);
        var emitter = new YamlTreeWriter(new Emitter(text, settings));
        emitter.WriteRoot(root);
    }
}

/// <summary>Turns the parser's events into a tree.</summary>
internal sealed class YamlTreeReader(IParser parser, string file)
{
    private const int MaxDepth = 64;

    // Aliases are shared type maps and the like; a file that multiplies itself by aliases is not a model.
    private const int MaxAliasedNodes = 1_000_000;

    private readonly Dictionary<AnchorName, (ModelNode Node, long Weight)> _anchors = [];
    private long _nodes;
    private long _aliased;

    public ModelMap ReadRoot()
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
            throw new InputException($"{file}: the file is empty; expected a model");
        var root = ReadNode(new ModelPlace(file, ""), 0);
        parser.Consume<DocumentEnd>();
        if (!parser.TryConsume<StreamEnd>(out _))
            throw new InputException($"{file}: holds more than one YAML document; expected one model");
        return root as ModelMap
            ?? throw new InputException($"{file}: not a YAML model file: expected a map at the top, found {root.Describe()}");
    }

    private ModelNode ReadNode(ModelPlace place, int depth)
    {
        if (depth > MaxDepth)
            throw place.Error($"nested deeper than {MaxDepth} levels; this is not a model file");
        if (parser.TryConsume<AnchorAlias>(out var alias))
            return Follow(alias.Value, place);
        var before = _nodes++;
        var node = (parser.Current as NodeEvent)!;
        var anchor = node.Anchor;
        ModelNode result = node switch
        {
            Scalar => YamlScalar.Resolve(parser.Consume<Scalar>()),
            SequenceStart => ReadList(place, depth),
            _ => ReadMap(place, depth),
        };
        if (!anchor.IsEmpty)
            _anchors[anchor] = (result, _nodes - before);
        return result;
    }

    private ModelNode Follow(AnchorName anchor, ModelPlace place)
    {
        if (!_anchors.TryGetValue(anchor, out var target))
            throw place.Error($"alias *{anchor.Value} refers to nothing; expected an anchor &{anchor.Value} above it");
        _aliased += target.Weight;
        _nodes += target.Weight;
        return _aliased <= MaxAliasedNodes
            ? target.Node
            : throw place.Error($"aliases repeat more than {MaxAliasedNodes} values; write the values out");
    }

    private ModelList ReadList(ModelPlace place, int depth)
    {
        parser.Consume<SequenceStart>();
        var list = new ModelList();
        while (!parser.TryConsume<SequenceEnd>(out _))
            list.Items.Add(ReadNode(place, depth + 1));
        return list;
    }

    private ModelNode ReadMap(ModelPlace place, int depth)
    {
        parser.Consume<MappingStart>();
        var map = new ModelMap();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
                throw place.Error($"line {parser.Current!.Start.Line}: expected a key, found a list or map");
            var value = ReadNode(place.At(key.Value), depth + 1);
            if (!map.Entries.TryAdd(key.Value, value))
                throw place.Error($"line {key.Start.Line}: key '{key.Value}' occurs twice; remove one");
        }
        return map.Entries.GetValueOrDefault("@class") is ModelText { Value: "np.ndarray" } ? ToArray(map, place) : map;
    }

    private static ModelArray ToArray(ModelMap map, ModelPlace place)
    {
        var builder = new ModelArrayBuilder(place);
        if (map.Entries.GetValueOrDefault("dtype") is not ModelText type)
            throw place.Error($"this array has no dtype; expected one such as float64");
        builder.SetType(type.Value);
        if (!map.Entries.TryGetValue("value", out var value))
            throw place.Error($"this array has no value; expected nested lists of numbers");
        AddValues(builder, value);
        return builder.Build();
    }

    private static void AddValues(ModelArrayBuilder builder, ModelNode value)
    {
        if (value is ModelList list)
        {
            builder.Open();
            foreach (var item in list.Items)
                AddValues(builder, item);
            builder.Close();
        }
        else if (value is ModelNumber number)
        {
            builder.Add(number.Value);
        }
        else
        {
            builder.Refuse(value.Describe());
        }
    }
}

/// <summary>Plain scalars by the rules of YAML 1.1 (https://yaml.org/type/), the version Python's reader follows.</summary>
internal static class YamlScalar
{
    public static ModelNode Resolve(Scalar scalar) =>
        scalar.Style == ScalarStyle.Plain ? ResolvePlain(scalar.Value) : new ModelText(scalar.Value);

    private static ModelNode ResolvePlain(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return ModelNull.Instance;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                return new ModelBoolean(true);
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                return new ModelBoolean(false);
            default:
                return ResolveNumber(text) ?? (ModelNode)new ModelText(text);
        }
    }

    /// <summary>Whether a text may stand without quotes and still be read as text.</summary>
    public static bool IsPlainText(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')
        && text is not ("y" or "Y" or "n" or "N")
        && ResolvePlain(text) is ModelText;

    private static ModelNumber? ResolveNumber(string text)
    {
        if (!(char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.'))
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return new ModelNumber(integer);
        // Unlike Python's reader this one takes 1e-5 (no point) for the number that was meant.
        const NumberStyles Float = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(text, Float, CultureInfo.InvariantCulture, out var number))
            return new ModelNumber(number);
        return text.ToUpperInvariant() switch
        {
            ".INF" or "+.INF" => new ModelNumber(double.PositiveInfinity),
            "-.INF" => new ModelNumber(double.NegativeInfinity),
            ".NAN" => new ModelNumber(double.NaN),
            _ => null,
        };
    }
}

/// <summary>Turns a tree into the emitter's events: maps in block style, arrays and lists in brackets.</summary>
internal sealed class YamlTreeWriter(IEmitter emitter)
{
    public void WriteRoot(ModelMap root)
    {
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart());
        Write(root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private void Write(ModelNode node)
    {
        switch (node)
        {
            case ModelMap map:
                WriteMap(map);
                break;
            case ModelList list:
                WriteList(list);
                break;
            case ModelArray array:
                WriteArray(array);
                break;
            case ModelText text:
                WriteText(text.Value);
                break;
            case ModelNumber number:
                WritePlain(ModelNumberText.Format(number));
                break;
            default:
                WritePlain(node.Describe());
                break;
        }
    }

    private void WriteMap(ModelMap map)
    {
        emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
        foreach (var (key, value) in map.Entries)
        {
            WriteText(key);
            Write(value);
        }
        emitter.Emit(new MappingEnd());
    }

    private void WriteList(ModelList list)
    {
        // A list of maps (networks, layers) reads better in block style.
        var style = list.Items.Exists(item => item is ModelMap or ModelArray) ? SequenceStyle.Block : SequenceStyle.Flow;
        StartList(style);
        foreach (var item in list.Items)
            Write(item);
        emitter.Emit(new SequenceEnd());
    }

    private void WriteArray(ModelArray array)
    {
        emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
        WriteText("@class");
        WriteText("np.ndarray");
        WriteText("@is_variable");
        WritePlain("true");
        WriteText("@version");
        WritePlain("1");
        WriteText("dtype");
        WriteText(array.TypeName);
        WriteText("value");
        WriteValues(array, 0, array.Values);
        emitter.Emit(new MappingEnd());
    }

    private void WriteValues(ModelArray array, int axis, ReadOnlySpan<double> values)
    {
        if (axis == array.Shape.Length)
        {
            WritePlain(ModelNumberText.Format(values[0]));
            return;
        }
        StartList(SequenceStyle.Flow);
        var stride = array.Shape[axis] == 0 ? 0 : values.Length / array.Shape[axis];
        for (var i = 0; i < array.Shape[axis]; i++)
            WriteValues(array, axis + 1, values.Slice(i * stride, stride));
        emitter.Emit(new SequenceEnd());
    }

    private void StartList(SequenceStyle style) =>
        emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, style));

    private void WriteText(string text)
    {
        var style = YamlScalar.IsPlainText(text) ? ScalarStyle.Plain
            : text.All(c => c is >= ' ' and <= '~') ? ScalarStyle.SingleQuoted
            : ScalarStyle.DoubleQuoted;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }

    private void WritePlain(string text) =>
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
}
