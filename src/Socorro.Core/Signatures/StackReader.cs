using System.Text;
using System.Text.Json;

namespace Socorro.Signatures;

/// <summary>The stacks of a crash as they were read.</summary>
/// <param name="CrashingThread">Null when it is not known.</param>
/// <param name="Threads">Those that are never looked at are empty.</param>
/// <param name="IsOdd">Whether a thread or frame is not of the type that it should be.</param>
readonly record struct ReadStacks(long? CrashingThread, IReadOnlyList<StackThread> Threads, bool IsOdd)
{
    public CrashData AddTo(CrashData crash) => crash with { CrashingThread = CrashingThread, Threads = Threads };
}

/// <summary>The threads of a crash where they are in its JSON: read on the way when it was known by then which of them crashed.</summary>
readonly ref struct ThreadsInJson
{
    readonly ReadStacks? _stacks;

    ThreadsInJson(ReadOnlySpan<byte> bytes, ReadStacks? stacks)
    {
        Bytes = bytes;
        _stacks = stacks;
    }

    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Goes over the value that comes next.</summary>
    public static ThreadsInJson Pass(ReadOnlySpan<byte> json, scoped ref Utf8JsonReader reader, JsonElement crashingThread)
    {
        var before = reader;
        before.Read();
        var start = (int)before.TokenStartIndex;
        ReadStacks? stacks = null;
        if (StackReader.IndexOf(crashingThread) is >= 0 and var index)
            stacks = StackReader.ReadNext(ref reader, index);
        else
            reader.Skip();

        return new(json[start..(int)reader.BytesConsumed], stacks);
    }

    public ReadStacks Read(JsonElement crashingThread) => _stacks ?? StackReader.Read(Bytes, crashingThread);
}

/// <summary>
/// Reads the threads of a crash straight from their bytes; what is not JSON throws. Each method begins on the first token of what
/// it reads and ends on the last.
/// </summary>
ref struct StackReader
{
    /// <summary>More entries of a stack than any rule looks at.</summary>
    const int MaxFrames = 1024;

    static readonly JsonReaderOptions Options = new() { MaxDepth = 1024 };

    Utf8JsonReader _reader;
    bool _isOdd;

    StackReader(Utf8JsonReader reader) => _reader = reader;

    /// <param name="threads">A JSON array; empty when there is none.</param>
    /// <param name="crashingThread">Its index; undefined when it is not there.</param>
    public static ReadStacks Read(ReadOnlySpan<byte> threads, JsonElement crashingThread)
    {
        var index = IndexOf(crashingThread);
        if (threads.IsEmpty)
            return new(index, [], false);

        // Only thread 0 and the crashing one (a negative number counts from the end) are ever looked at; the others may be
        // thousands of frames.
        var wanted = index < 0 ? Begin(threads).ReadThreads(null).Count + index : index;
        var reader = Begin(threads);
        return new(index, reader.ReadThreads(wanted), reader._isOdd);
    }

    /// <summary>The same where they come next; the reader is on their last token then.</summary>
    /// <param name="next">On the token before them.</param>
    /// <param name="crashingThread">Not negative.</param>
    public static ReadStacks ReadNext(ref Utf8JsonReader next, long crashingThread)
    {
        next.Read();
        var reader = new StackReader(next);
        var threads = reader.ReadThreads(crashingThread);
        next = reader._reader;
        return new(crashingThread, threads, reader._isOdd);
    }

    /// <summary>Null when it is not said, or not a number.</summary>
    public static long? IndexOf(JsonElement crashingThread) =>
        PythonText.TryParseInteger(crashingThread.IntegerText(), out var number) ? number : null;

    static StackReader Begin(ReadOnlySpan<byte> threads)
    {
        var reader = new Utf8JsonReader(threads, Options);
        reader.Read();
        return new(reader);
    }

    List<StackThread> ReadThreads(long? wanted)
    {
        var threads = new List<StackThread>();
        if (!IsAtOrSkips(JsonTokenType.StartArray))
            return threads;

        while (NextItem())
        {
            if (threads.Count == 0 || threads.Count == wanted)
            {
                threads.Add(ReadThread());
            }
            else
            {
                _reader.Skip();
                threads.Add(StackThread.Empty);
            }
        }

        return threads;
    }

    StackThread ReadThread()
    {
        if (!IsAt(JsonTokenType.StartObject))
            return StackThread.Empty;

        List<StackFrame> frames = [];
        string? lastError = null;
        while (NextMember())
        {
            if (MoveTo("frames"u8))
                frames = ReadFrames();
            else if (MoveTo("last_error_value"u8))
                lastError = ReadText();
            else
                _reader.Skip();
        }

        return new(frames, lastError is "" ? null : lastError);
    }

    List<StackFrame> ReadFrames()
    {
        var frames = new List<StackFrame>();
        if (!IsAt(JsonTokenType.StartArray))
            return frames;

        while (NextItem())
        {
            if (frames.Count == MaxFrames)
                _reader.Skip();
            else if (IsAt(JsonTokenType.StartObject))
                frames.Add(ReadFrame());
        }

        return frames;
    }

    StackFrame ReadFrame()
    {
        string? module = null, function = null, file = null, line = null, offset = null;
        IReadOnlyList<InlineCall> inlines = [];
        IReadOnlyList<string?> unloaded = [];
        while (NextMember())
        {
            // Half of a frame's members are not asked for, and their lengths tell them.
            if (!_reader.ValueIsEscaped && _reader.ValueSpan.Length is not (4 or 6 or 7 or 8 or 16))
                _reader.Skip();
            else if (MoveTo("function"u8))
                function = ReadText();
            else if (MoveTo("file"u8))
                file = ReadText();
            else if (MoveTo("line"u8))
                line = ReadText();
            else if (MoveTo("module"u8))
                module = ReadText();
            else if (MoveTo("offset"u8))
                offset = ReadText();
            else if (MoveTo("inlines"u8))
                inlines = ReadInlines();
            else if (MoveTo("unloaded_modules"u8))
                unloaded = ReadUnloaded();
            else
                _reader.Skip();
        }

        return new()
        {
            Module = module,
            Function = function,
            File = file,
            Line = line,
            Offset = offset,
            Inlines = inlines,
            UnloadedModules = unloaded,
        };
    }

    InlineCall[] ReadInlines()
    {
        if (!IsAtOrSkips(JsonTokenType.StartArray))
            return [];

        List<InlineCall> calls = [];
        while (NextItem())
        {
            if (calls.Count < MaxFrames && _reader.TokenType == JsonTokenType.StartObject)
                calls.Add(ReadInline());
            else
                _reader.Skip();
        }

        return [.. calls];
    }

    InlineCall ReadInline()
    {
        string? function = null, file = null, line = null;
        while (NextMember())
        {
            if (MoveTo("function"u8))
                function = ReadText();
            else if (MoveTo("file"u8))
                file = ReadText();
            else if (MoveTo("line"u8))
                line = ReadText();
            else
                _reader.Skip();
        }

        return new(function is "" ? null : function, file is "" ? null : file, line);
    }

    /// <summary>The name of the first: no more is asked for.</summary>
    string?[] ReadUnloaded()
    {
        if (!IsAtOrSkips(JsonTokenType.StartArray))
            return [];

        var isFirst = true;
        string? name = null;
        for (; NextItem(); isFirst = false)
        {
            if (isFirst && _reader.TokenType == JsonTokenType.StartObject)
                name = ReadModule();
            else
                _reader.Skip();
        }

        return isFirst ? [] : [name];
    }

    string? ReadModule()
    {
        string? name = null;
        while (NextMember())
        {
            if (MoveTo("module"u8))
                name = ReadText();
            else
                _reader.Skip();
        }

        return name;
    }

    /// <summary>A scalar as text (booleans as Python writes them); null for everything else.</summary>
    string? ReadText()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.String:
                return ReadString();
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(_reader.ValueSpan);
            case JsonTokenType.True:
                return "True";
            case JsonTokenType.False:
                return "False";
            default:
                _reader.Skip();
                return null;
        }
    }

    string ReadString()
    {
        if (!_reader.ValueIsEscaped && TextPool.Find(_reader.ValueSpan) is { } known)
            return known;

        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Rare and slow: half a surrogate pair, or bytes that are no UTF-8.
            var copy = _reader;
            return JsonElement.ParseValue(ref copy).Text()!;
        }
    }

    /// <summary>Whether the value is of the type that it should be; it is passed over when not, and that noted.</summary>
    bool IsAt(JsonTokenType type)
    {
        if (IsAtOrSkips(type))
            return true;

        _isOdd = true;
        return false;
    }

    /// <summary>The same where it does not matter.</summary>
    bool IsAtOrSkips(JsonTokenType type)
    {
        if (_reader.TokenType == type)
            return true;

        _reader.Skip();
        return false;
    }

    bool NextItem() => _reader.Read() && _reader.TokenType != JsonTokenType.EndArray;

    bool NextMember() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Goes on to the value when the member has that name.</summary>
    bool MoveTo(ReadOnlySpan<byte> name) => _reader.ValueTextEquals(name) && _reader.Read();
}
