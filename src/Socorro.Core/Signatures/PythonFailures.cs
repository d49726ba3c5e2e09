using System.Text.Json;

namespace Socorro.Signatures;

/// <summary>How Socorro's rules, written in Python, fail over values of wrong types: its notes say so.</summary>
static class PythonFailures
{
    /// <summary>The failures by rule, for crash data in the form that signature tools exchange.</summary>
    /// <param name="crash">Everything but the threads.</param>
    /// <param name="threads">Undefined when they are as they should be.</param>
    public static IReadOnlyDictionary<string, string> Of(JsonElement crash, JsonElement threads)
    {
        var failures = new Dictionary<string, string>();
        if (FindStackFailure(crash, threads) is { } failure)
            failures.Add("SignatureGenerationRule", failure);

        AddUnlessText("BadHardware", "reason", "argument of type '{0}' is not iterable");
        AddUnlessText("AbortSignature", "abort_message", "argument of type '{0}' is not iterable");
        AddUnlessText(
            "SignatureShutdownTimeout",
            "async_shutdown_timeout",
            "the JSON object must be str, bytes or bytearray, not {0}");
        AddUnlessText("SignatureIPCChannelError", "ipc_channel_error", "'{0}' object is not subscriptable");
        return failures;

        void AddUnlessText(string rule, string name, string complaint)
        {
            var value = crash.Member(name);
            if (value.IsTruthy() && value.ValueKind is JsonValueKind.Number or JsonValueKind.True)
                failures.Add(rule, complaint.Replace("{0}", value.PythonType(), StringComparison.Ordinal));
        }
    }

    /// <summary>A crashing thread, or one of its frames, that is no object, or has no list of frames.</summary>
    static string? FindStackFailure(JsonElement crash, JsonElement threads)
    {
        var hasJava = crash.Member("java_stack_trace").IsTruthy() || crash.Member("java_exception").IsTruthy();
        if (hasJava || threads.ValueKind != JsonValueKind.Array)
            return null;

        var index = PythonText.TryParseInteger(crash.Member("crashing_thread").IntegerText(), out var number) ? number : 0;
        var count = threads.GetArrayLength();
        index += index < 0 ? count : 0;
        if (index < 0 || index >= count)
            return null;

        var thread = threads[(int)index];
        if (thread.ValueKind != JsonValueKind.Object)
            return NotAnObject(thread);

        if (!thread.TryGetProperty("frames", out var frames) || frames.ValueKind == JsonValueKind.Array)
            return frames.Items().Where(frame => frame.ValueKind != JsonValueKind.Object).Select(NotAnObject).FirstOrDefault();

        return frames.ValueKind is JsonValueKind.Object or JsonValueKind.String
            ? null
            : $"'{frames.PythonType()}' object is not iterable";
    }

    static string NotAnObject(JsonElement value) => $"'{value.PythonType()}' object has no attribute 'get'";
}
