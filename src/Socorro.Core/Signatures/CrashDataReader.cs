using System.Text.Json;

namespace Socorro.Signatures;

/// <summary>
/// Reads <see cref="CrashData"/> from JSON: the form in which signature tools exchange it, the stack walker's report, or a
/// processed crash, which holds such a report and the annotations. Numbers and booleans are taken for texts where texts are
/// expected; everything else of a wrong type is as good as absent.
/// </summary>
public static class CrashDataReader
{
    /// <summary>More entries of a stack than any rule looks at.</summary>
    const int MaxFrames = 1024;

    /// <summary>Reads either form: a processed crash is told by its <c>json_dump</c>.</summary>
    public static CrashData Read(JsonElement json)
    {
        var fields = ReadFields(json);
        var report = json.Member("json_dump");
        return report.ValueKind == JsonValueKind.Undefined
            ? WithStacks(fields, json.Member("crashing_thread"), json.Member("threads")) with
            {
                Os = json.TextOf("os"),
                Reason = json.TextOf("reason"),
                Failures = PythonFailures.Of(json),
            }
            : WithReport(fields, report);
    }

    /// <summary>Adds the stacks, the reason and the system of the stack walker's report.</summary>
    public static CrashData WithReport(CrashData crash, JsonElement report)
    {
        var info = report.Member("crash_info");
        return WithStacks(crash, info.Member("crashing_thread"), report.Member("threads")) with
        {
            Os = report.Member("system_info").TextOf("os"),
            Reason = info.TextOf("type"),
        };
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

    static CrashData WithStacks(CrashData crash, JsonElement crashingThread, JsonElement threads)
    {
        var index = PythonText.TryParseInteger(crashingThread.IntegerText(), out var number) ? number : (long?)null;
        var count = threads.Items().Count();
        // Only thread 0 and the crashing one (a negative number counts from the end) are ever looked at; the others may be
        // thousands of frames.
        var wanted = index < 0 ? count + index : index;
        return crash with
        {
            CrashingThread = index,
            Threads = [.. threads.Items().Select((thread, i) =>
                i == 0 || i == wanted ? ReadThread(thread) : StackThread.Empty)],
        };
    }

    static StackThread ReadThread(JsonElement thread) => new(
        [.. thread.Member("frames").Items().Where(IsObject).Take(MaxFrames).Select(ReadFrame)],
        thread.TextOf("last_error_value"));

    /// <summary>One pass over the members: asking for each by name would take most of the time that a stack takes.</summary>
    static StackFrame ReadFrame(JsonElement frame)
    {
        JsonElement module = default, function = default, file = default, line = default, offset = default;
        JsonElement inlines = default, unloaded = default;
        foreach (var member in frame.EnumerateObject())
        {
            if (member.NameEquals("module"u8))
                module = member.Value;
            else if (member.NameEquals("function"u8))
                function = member.Value;
            else if (member.NameEquals("file"u8))
                file = member.Value;
            else if (member.NameEquals("line"u8))
                line = member.Value;
            else if (member.NameEquals("offset"u8))
                offset = member.Value;
            else if (member.NameEquals("inlines"u8))
                inlines = member.Value;
            else if (member.NameEquals("unloaded_modules"u8))
                unloaded = member.Value;
        }

        return new()
        {
            Module = module.Text(),
            Function = function.Text(),
            File = file.Text(),
            Line = line.Text(),
            Offset = offset.Text(),
            Inlines = [.. inlines.Items().Where(IsObject).Take(MaxFrames).Select(call =>
                new InlineCall(call.TextOf("function"), call.TextOf("file"), call.Member("line").Text()))],
            UnloadedModules = [.. unloaded.Items().Take(1).Select(module => module.Member("module").Text())],
        };
    }

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

    static bool IsObject(JsonElement element) => element.ValueKind == JsonValueKind.Object;
}
