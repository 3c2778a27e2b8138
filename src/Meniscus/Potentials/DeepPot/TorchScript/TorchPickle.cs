// The part of Python's pickle format that TorchScript archives and torch.save use (protocol 2; opcodes and their meaning:
// CPython, Lib/pickletools.py; the functions they name: torch/csrc/jit/serialization/pickler.h, torch/_utils.py). A pickle is a program for a
// stack machine that may call anything; here it may only build lists, maps, modules and tensors, and names anything else.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Meniscus.Potentials.DeepPot.TorchScript;

/// <summary>Reads a pickle without running anything.</summary>
internal sealed class TorchPickle
{
    private static readonly object Mark = new();

    private readonly byte[] _bytes;
    private readonly string _file;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<int, object?> _memo = [];
    private int _at;

    private TorchPickle(byte[] bytes, string file) => (_bytes, _file) = (bytes, file);

    /// <summary>The object a pickle describes.</summary>
    /// <param name="bytes">The pickle.</param>
    /// <param name="file">What it is part of, for messages.</param>
    /// <exception cref="InputException">It is damaged, or asks for something other than data.</exception>
    public static object? Read(byte[] bytes, string file)
    {
        var pickle = new TorchPickle(bytes, file);
        try
        {
            return pickle.Run();
        }
        catch (Exception e) when (e is InvalidCastException or ArgumentException or IndexOutOfRangeException or KeyNotFoundException or OverflowException or NullReferenceException)
        {
            throw pickle.Damaged("the pickle does not fit together", e);
        }
    }

    private object? Run()
    {
        while (true)
        {
            var code = (char)Take(1)[0];
            switch (code)
            {
                case '\u0080':
                    if (Take(1)[0] is var protocol && protocol > 5)
                        throw Damaged($"protocol {protocol} of pickle is not known");
                    break;
                case '.':
                    return Pop();
                case '(':
                    Push(Mark);
                    break;
                case ')':
                    Push(Array.Empty<object?>());
                    break;
                case '}':
                    Push(new Dictionary<object, object?>());
                    break;
                case ']':
                    Push(new List<object?>());
                    break;
                case 'N':
                    Push(null);
                    break;
                case '\u0088':
                    Push(true);
                    break;
                case '\u0089':
                    Push(false);
                    break;
                case 'K':
                    Push((long)Take(1)[0]);
                    break;
                case 'M':
                    Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                    break;
                case 'J':
                    Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                    break;
                case '\u008a':
                    Push(ReadLong());
                    break;
                case 'G':
                    Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                    break;
                case 'X':
                    Push(Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4)))));
                    break;
                case '\u008c':
                    Push(Encoding.UTF8.GetString(Take(Take(1)[0])));
                    break;
                case 'q':
                    _memo[Take(1)[0]] = _stack[^1];
                    break;
                case 'r':
                    _memo[BinaryPrimitives.ReadInt32LittleEndian(Take(4))] = _stack[^1];
                    break;
                case 'h':
                    Push(_memo[Take(1)[0]]);
                    break;
                case 'j':
                    Push(_memo[BinaryPrimitives.ReadInt32LittleEndian(Take(4))]);
                    break;
                case 't':
                    Push(PopToMark());
                    break;
                case '\u0085' or '\u0086' or '\u0087':
                    Push(PopTuple(code - '\u0084'));
                    break;
                case 'a':
                    var item = Pop();
                    ((List<object?>)_stack[^1]!).Add(item);
                    break;
                case 'e':
                    var items = PopToMark();
                    ((List<object?>)_stack[^1]!).AddRange(items);
                    break;
                case 's':
                    SetItems(PopTuple(2));
                    break;
                case 'u':
                    SetItems(PopToMark());
                    break;
                case 'c':
                    Push(ReadGlobal());
                    break;
                case 'Q':
                    Push(ReadStorage((object?[])Pop()!));
                    break;
                case '\u0081':
                    Pop();
                    Push(Create((TorchGlobal)Pop()!));
                    break;
                case 'R':
                    var arguments = (object?[])Pop()!;
                    Push(Call((TorchGlobal)Pop()!, arguments));
                    break;
                case 'b':
                    var state = Pop();
                    if (_stack[^1] is TorchModule module && state is Dictionary<object, object?> attributes)
                        module.Attributes = attributes;
                    break;
                default:
                    throw Damaged(string.Create(CultureInfo.InvariantCulture, $"the pickle has the opcode 0x{(int)code:x2} at byte {_at - 1}, which PyTorch does not use"));
            }
        }
    }

    private TorchGlobal ReadGlobal()
    {
        var global = new TorchGlobal(ReadLine(), ReadLine());
        var known = global.Module.StartsWith("__torch__.", StringComparison.Ordinal)
            || (global.Module == "torch" && global.Name.EndsWith("Storage", StringComparison.Ordinal))
            || global.ToString() is "collections.OrderedDict" or "torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_parameter" or "torch.Size" or "torch.device"
            || (global.Module == "torch.jit._pickle" && (global.Name == "restore_type_tag" || global.Name.StartsWith("build_", StringComparison.Ordinal)));
        return known ? global : throw Damaged($"the pickle asks for '{ModelNode.Shorten(global.ToString())}', which is no part of a model; it is not run");
    }

    private TorchModule Create(TorchGlobal type) => type.Module.StartsWith("__torch__.", StringComparison.Ordinal)
        ? new TorchModule(type)
        : throw Damaged($"the pickle makes an object of '{type}'; expected modules of TorchScript");

    private object? Call(TorchGlobal function, object?[] arguments) => function.ToString() switch
    {
        "torch._utils._rebuild_tensor_v2" => new TorchTensor(
            (TorchStorage)arguments[0]!, (long)arguments[1]!, Array.ConvertAll((object?[])arguments[2]!, n => checked((int)(long)n!)), Array.ConvertAll((object?[])arguments[3]!, n => (long)n!)),
        "torch._utils._rebuild_parameter" or "torch.Size" or "torch.device" => arguments[0],
        "collections.OrderedDict" => new Dictionary<object, object?>(),
        _ when function.Module == "torch.jit._pickle" => arguments[0],
        _ => throw Damaged($"the pickle calls '{function}'; expected tensors and lists"),
    };

    private TorchStorage ReadStorage(object?[] identity) =>
        identity is ["storage", TorchGlobal type, string key, ..] ? new TorchStorage(key, type.Name) : throw Damaged("a storage has no type and key");

    private long ReadLong()
    {
        var bytes = Take(Take(1)[0]);
        return (long)new System.Numerics.BigInteger(bytes);
    }

    private string ReadLine()
    {
        var length = _bytes.AsSpan(_at).IndexOf((byte)'\n');
        if (length < 0)
            throw Damaged("the pickle ends within a name");
        var line = Encoding.UTF8.GetString(Take(length));
        _at++;
        return line;
    }

    private void SetItems(object?[] pairs)
    {
        var map = (Dictionary<object, object?>)_stack[^1]!;
        for (var k = 0; k + 1 < pairs.Length; k += 2)
            map[pairs[k]!] = pairs[k + 1];
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Pop()
    {
        var value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopTuple(int count)
    {
        object?[] values = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(Mark);
        if (mark < 0)
            throw Damaged("the pickle does not fit together");
        object?[] values = [.. _stack[(mark + 1)..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _bytes.Length - _at)
            throw Damaged(string.Create(CultureInfo.InvariantCulture, $"the pickle ends at byte {_bytes.Length}, within what should follow byte {_at}"));
        _at += count;
        return _bytes.AsSpan(_at - count, count);
    }

    private InputException Damaged(string what, Exception? inner = null) =>
        new(ModelNode.Shorten($"{_file}: data.pkl: {what}; make the file anew with DeePMD-kit, or convert it there: 'dp convert-backend model.pth model.dp'", 600), inner!);
}
