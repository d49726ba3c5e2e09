using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Socorro.Signatures;

/// <summary>
/// Reads <see cref="CrashData"/> from JSON: the form in which signature tools exchange it, the stack walker's report, or a
/// processed crash, which holds such a report and the annotations. Numbers and booleans are taken for texts where texts are
/// expected; everything else of a wrong type is as good as absent. The bytes are read once, or twice when the crashing thread is
/// said after the threads, and no document is made of the stacks, which are nearly all of them.
/// </summary>
public static class CrashDataReader
{
    static readonly JsonReaderOptions Options = new() { MaxDepth = 1024 };

    /// <summary>The members that are small and in either form.</summary>
    static readonly byte[][] Small =
    [
        .. new[]
        {
            "uuid", "crash_id", "product", "signature", "original_signature", "os", "reason", "crashing_thread",
            "java_stack_trace", "java_exception", "js_stack_trace", "oom_allocation_size", "js_large_allocation_failure",
            "abort_message", "async_shutdown_timeout", "ipc_channel_error", "ipc_message_name", "mdsw_status_string", "hang",
            "additional_minidumps",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>Lengths of names in <see cref="Small"/> as bits, to pass over most others without comparing.</summary>
    static readonly ulong SmallLengths = Small.Aggregate(0UL, (lengths, name) => lengths | (1UL << name.Length));

    /// <summary>Reads either form: a processed crash is told by its <c>json_dump</c>.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static CrashData Read(ReadOnlySpan<byte> json) => ReadNamed(json).Data;

    /// <summary>Reads either form.</summary>
    public static CrashData Read(JsonElement json) => Read(BytesOf(json));

    /// <summary>Reads either form, and what the crash is called in it.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static NamedCrash ReadNamed(ReadOnlySpan<byte> json)
    {
        var members = Split(json, out var threads, out var report);
        var fields = ReadFields(members);
        CrashData data;
        if (report is { } found)
        {
            data = found.AddTo(fields);
        }
        else
        {
            var stacks = threads.Read(members.Member("crashing_thread"));
            data = stacks.AddTo(fields) with
            {
                Os = members.TextOf("os"),
                Reason = members.TextOf("reason"),
                Failures = PythonFailures.Of(members, stacks.IsOdd ? Parse(threads.Bytes) : default),
            };
        }

        return new(
            data,
            members.TextOf("uuid") ?? members.TextOf("crash_id"),
            members.TextOf("product"),
            members.TextOf("signature") ?? members.TextOf("original_signature"));
    }

    /// <summary>Adds the stacks, the reason and the system of the stack walker's report.</summary>
    public static CrashData WithReport(CrashData crash, JsonElement report)
    {
        var json = BytesOf(report);
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        return ReadReport(json, ref reader).AddTo(crash);
    }

    /// <summary>Begins on the report's first token and ends on its last.</summary>
    static StackReport ReadReport(ReadOnlySpan<byte> json, scoped ref Utf8JsonReader reader)
    {
        JsonElement info = default, system = default;
        var threads = default(ThreadsInJson);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return new(new(null, [], false), null, null);
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("crash_info"u8))
                info = Parse(ReadValue(json, ref reader));
            else if (reader.ValueTextEquals("system_info"u8))
                system = Parse(ReadValue(json, ref reader));
            else if (reader.ValueTextEquals("threads"u8))
                threads = ThreadsInJson.Pass(json, ref reader, info.Member("crashing_thread"));
            else
                reader.Skip();
        }

        return new(threads.Read(info.Member("crashing_thread")), system.TextOf("os"), info.TextOf("type"));
    }

    /// <summary>The small members as a document of their own, and the large ones; null for a report that is not there.</summary>
    static JsonElement Split(ReadOnlySpan<byte> json, out ThreadsInJson threads, out StackReport? report)
    {
        threads = default;
        report = null;
        JsonElement crashingThread = default;
        var small = new ArrayBufferWriter<byte>();
        small.Write("{"u8);
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            reader.Skip();

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("threads"u8))
            {
                threads = ThreadsInJson.Pass(json, ref reader, crashingThread);
            }
            else if (reader.ValueTextEquals("json_dump"u8))
            {
                reader.Read();
                report = reader.TokenType == JsonTokenType.Null ? null : ReadReport(json, ref reader);
            }
            else if (IsSmall(ref reader) is { } name)
            {
                small.Write(small.WrittenCount > 1 ? ",\""u8 : "\""u8);
                small.Write(name);
                small.Write("\":"u8);
                var value = ReadValue(json, ref reader);
                small.Write(value);
                if (name.AsSpan().SequenceEqual("crashing_thread"u8))
                    crashingThread = Parse(value);
            }
            else
            {
                reader.Skip();
            }
        }

        // Whatever comes after the object is for the reader to refuse.
        while (reader.Read())
            reader.Skip();

        small.Write("}"u8);
        return Parse(small.WrittenSpan);
    }

    static byte[]? IsSmall(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped && (reader.ValueSpan.Length > 63 || ((SmallLengths >> reader.ValueSpan.Length) & 1) == 0))
            return null;

        foreach (var name in Small)
        {
            if (reader.ValueTextEquals(name))
                return name;
        }

        return null;
    }

    /// <summary>The bytes of the value that comes next.</summary>
    static ReadOnlySpan<byte> ReadValue(ReadOnlySpan<byte> json, scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    static CrashData ReadFields(JsonElement json) => new()
    {
        JavaStackTrace = json.Member("java_stack_trace") is var stack && !stack.IsTruthy() ? null
            : stack.ValueKind == JsonValueKind.String ? stack.Text()
            : "",
        JavaException = json.Member("java_exception") is var exception && exception.IsTruthy()
            ? ReadJavaException(exception)
            : null,
        JavaScriptStackTrace = json.TextOf("js_stack_trace"),
        OomAllocationSize = json.Member("oom_allocation_size").IntegerText(),
        JsLargeAllocationFailure = json.TextOf("js_large_allocation_failure"),
        AbortMessage = json.TextOf("abort_message"),
        AsyncShutdownTimeout = json.TextOf("async_shutdown_timeout"),
        IpcChannelError = json.TextOf("ipc_channel_error"),
        IpcMessageName = json.TextOf("ipc_message_name"),
        StackwalkStatus = json.TextOf("mdsw_status_string"),
        Hang = json.Member("hang").Text(),
        AdditionalDumps = [.. json.Member("additional_minidumps").Items().Select(name => name.Text() ?? "")],
    };

    static JavaThrowable ReadJavaException(JsonElement exception)
    {
        var stack = exception.Member("exception").Member("values").Items().FirstOrDefault().Member("stacktrace");
        if (stack.TextOf("type") is not { } type)
            return JavaThrowable.Unreadable;

        return new(
            stack.TextOf("module") is { } module ? $"{module}.{type}" : type,
            [.. stack.Member("frames").Items().Take(1).Select(frame =>
                new JavaFrame(frame.TextOf("module"), frame.TextOf("function"), frame.TextOf("filename")))]);
    }

    static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        return JsonElement.ParseValue(ref reader);
    }

    static ReadOnlySpan<byte> BytesOf(JsonElement json) =>
        json.ValueKind == JsonValueKind.Undefined ? "null"u8 : JsonMarshal.GetRawUtf8Value(json);
}

/// <summary>Crash data with what the crash is called; whatever is not said is null.</summary>
public readonly record struct NamedCrash(CrashData Data, string? Id, string? Product, string? Signature);

/// <summary>What the stack walker's report says to signatures.</summary>
readonly record struct StackReport(ReadStacks Stacks, string? Os, string? Reason)
{
    public CrashData AddTo(CrashData crash) => Stacks.AddTo(crash) with { Os = Os, Reason = Reason };
}
