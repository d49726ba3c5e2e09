using System.Text.Json;

namespace Socorro.Processing.Rules;

/// <summary>The stack of the crashing thread, for rules that read <c>crashing_thread</c>.</summary>
static class CrashingStack
{
    /// <summary>Its frames from the innermost outwards; none when the thread is not known.</summary>
    public static IEnumerable<JsonElement> Frames(Draft crash)
    {
        var threads = crash.Report.Member("threads");
        return crash.FindInteger("crashing_thread") is { } index
            && threads.ValueKind == JsonValueKind.Array
            && index >= 0
            && index < threads.GetArrayLength()
                ? threads[(int)index].Member("frames").Items()
                : [];
    }
}
