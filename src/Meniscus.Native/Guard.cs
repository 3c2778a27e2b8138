namespace Meniscus.Native;

/// <summary>What a call of the C interface came to. Numbers as in <c>meniscus.h</c>.</summary>
internal enum Status
{
    Ok = 0,
    BadInput = 1,
    BadArgument = 2,
    NoMemory = 3,
    Failed = 4,
}

/// <summary>
/// Nothing that goes wrong here may leave through the border: every exported function does its work inside one of these.
/// The text of the last failure of each thread is kept until its next.
/// </summary>
internal static unsafe class Guard
{
    [ThreadStatic]
    private static LastError? s_last;

    public static int Run(Action body)
    {
        try
        {
            body();
            return (int)Status.Ok;
        }
#pragma warning disable CA1031 // An exception that reached the other program would end it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return (int)Record(e);
        }
    }

    /// <summary>A result, or what stands for none.</summary>
    public static T Get<T>(Func<T> body, T fallback)
    {
        var result = fallback;
        Run(() => result = body());
        return result;
    }

    /// <summary>Text of the last failure in this thread, valid until its next; empty where there was none.</summary>
    public static byte* Text => (s_last ??= new LastError()).Text;

    /// <summary>One line about what went wrong.</summary>
    public static string Describe(Exception error) => error switch
    {
        InputException or ArgumentException => error.Message,
        OutOfMemoryException => "out of memory",
        _ => $"{error.GetType().Name}: {error.Message}",
    };

    private static Status Record(Exception error)
    {
        (s_last ??= new LastError()).Set(Describe(error).ReplaceLineEndings(" "));
        return error switch
        {
            InputException => Status.BadInput,
            ArgumentException => Status.BadArgument,
            OutOfMemoryException => Status.NoMemory,
            _ => Status.Failed,
        };
    }

    /// <summary>Owns the memory of a thread's text, which goes with the thread.</summary>
    private sealed class LastError
    {
        public LastError() => Text = NativeText.Copy("");

        ~LastError() => NativeText.Free(Text);

        public byte* Text { get; private set; }

        public void Set(string text)
        {
            var old = Text;
            Text = NativeText.Copy(text);
            NativeText.Free(old);
        }
    }
}
