using System.Collections.Frozen;

namespace Socorro.Signatures;

/// <summary>
/// What a signature is made from: the stacks of a crash and the few annotations that say more than the stacks do.
/// <see cref="CrashDataReader"/> reads it from JSON.
/// </summary>
public sealed record CrashData
{
    /// <summary>The family of the system as the stack walker names it; "Windows NT" means module names ignore case.</summary>
    public string? Os { get; init; }

    /// <summary>Index into <see cref="Threads"/>; null when it is not known. It may point nowhere.</summary>
    public long? CrashingThread { get; init; }

    /// <summary>The crash reason, such as EXCEPTION_ACCESS_VIOLATION_READ.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<StackThread> Threads { get; init; } = [];

    /// <summary>A Java stack as text; null when there is none, empty when something is there that is not a text.</summary>
    public string? JavaStackTrace { get; init; }

    /// <summary>A Java exception as a structure; null when there is none.</summary>
    public JavaThrowable? JavaException { get; init; }

    /// <summary>A JavaScript stack as engines print it, first line the error; null when there is none.</summary>
    public string? JavaScriptStackTrace { get; init; }

    /// <summary>Bytes of the allocation that failed, as the client wrote them.</summary>
    public string? OomAllocationSize { get; init; }

    public string? JsLargeAllocationFailure { get; init; }

    public string? AbortMessage { get; init; }

    /// <summary>JSON text with the phase of the shutdown and what it waited for.</summary>
    public string? AsyncShutdownTimeout { get; init; }

    public string? IpcChannelError { get; init; }

    public string? IpcMessageName { get; init; }

    /// <summary>How the stack walk ended; "OK" when it went well.</summary>
    public string? StackwalkStatus { get; init; }

    /// <summary>Which part of the program hung; null when none did.</summary>
    public string? Hang { get; init; }

    /// <summary>Names of the dumps beside the main one.</summary>
    public IReadOnlyList<string> AdditionalDumps { get; init; } = [];

    /// <summary>
    /// The crashing thread, the first for want of a number; null when it is not there. Compatible signatures count negative
    /// numbers from the end.
    /// </summary>
    internal StackThread? FindCrashingThread(SignatureMode mode)
    {
        var index = CrashingThread ?? 0;
        if (index < 0)
            index = mode == SignatureMode.Compatible ? Threads.Count + index : 0;

        return index >= 0 && index < Threads.Count ? Threads[(int)index] : null;
    }

    /// <summary>By rule, how Socorro's fails over a value of a wrong type; only compatible signatures care.</summary>
    internal IReadOnlyDictionary<string, string> Failures { get; init; } = FrozenDictionary<string, string>.Empty;
}

/// <summary>One thread: its frames from the innermost outwards, and the last system error set on it, by name.</summary>
public sealed record StackThread(IReadOnlyList<StackFrame> Frames, string? LastError = null)
{
    public static readonly StackThread Empty = new([]);
}

/// <summary>One frame as the stack walker reports it; whatever is unknown is null.</summary>
public sealed record StackFrame
{
    public string? Module { get; init; }

    public string? Function { get; init; }

    public string? File { get; init; }

    /// <summary>The line as text, because clients send numbers and texts alike.</summary>
    public string? Line { get; init; }

    /// <summary>The instruction's address in hex.</summary>
    public string? Offset { get; init; }

    /// <summary>Calls inlined at this address, innermost first.</summary>
    public IReadOnlyList<InlineCall> Inlines { get; init; } = [];

    /// <summary>Names of modules that had been at this address, the likeliest first; a name may be missing.</summary>
    public IReadOnlyList<string?> UnloadedModules { get; init; } = [];
}

/// <summary>A call that the compiler inlined into its frame.</summary>
public readonly record struct InlineCall(string? Function, string? File, string? Line);

/// <summary>The outermost exception of a Java crash.</summary>
/// <param name="Type">Its class with its package; null when the structure was not one we know.</param>
/// <param name="Frames">Its frames, innermost first.</param>
public sealed record JavaThrowable(string? Type, IReadOnlyList<JavaFrame> Frames)
{
    public static readonly JavaThrowable Unreadable = new(null, []);
}

/// <summary>One Java frame; whatever is unknown is null.</summary>
public readonly record struct JavaFrame(string? Module, string? Function, string? FileName);
