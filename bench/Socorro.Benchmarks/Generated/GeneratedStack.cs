using System.Text.Json;
using Socorro.Signatures;

namespace Socorro.Benchmarks.Generated;

/// <summary>
/// Stacks of 60 frames as symbol files name them, half of them C++ with templates, the rest Rust, C and modules without symbols.
/// Crashes share most of their frames, as real ones do: one frame in ten is new.
/// </summary>
static class GeneratedStack
{
    public static CrashData Make(int crash, int common) => new()
    {
        Os = "Linux",
        CrashingThread = 0,
        Threads = [new([.. Enumerable.Range(0, 60).Select(i => Frame(i, i % 10 == 9 ? crash : common))])],
    };

    static StackFrame Frame(int depth, int number) => (depth % 6) switch
    {
        0 => new() { Function = $"std::unique_ptr<app::Item{number}, std::default_delete<app::Item{number}>>::get() const" },
        1 => new() { Function = $"void* memcpy_{depth}_{number}(void*, void const*, unsigned long)", Module = "libc.so.6" },
        2 => new()
        {
            Function = $"std::map<std::string, app::Value{number}>::Store{depth}::load<int>(std::vector<int> const&, int) const",
            File = "/src/store.cpp",
            Line = "42",
        },
        3 => new()
        {
            Function = $"<app::job{depth}::Heap<B{number}> as app::job::Job>::execute::h0123456789abcdef",
            File = "git:github.com/a/b:src/job.rs:0123456789ab",
            Line = "7",
        },
        4 => new() { Module = $"libplugin{depth}.so.{number}", Offset = "0x00007f0012345678" },
        _ => new() { Function = $"(anonymous namespace)::Worker{number}::Run{depth}(void*) [clone .cold.{number}]" },
    };

    public static string ToJson(CrashData crash) => JsonSerializer.Serialize(new
    {
        os = crash.Os,
        crashing_thread = crash.CrashingThread,
        threads = crash.Threads.Select(thread => new
        {
            frames = thread.Frames.Select(frame => new
            {
                module = frame.Module,
                function = frame.Function,
                file = frame.File,
                line = frame.Line,
                offset = frame.Offset,
            }),
        }),
    });

    /// <summary>The same with all members that a stack walk gives its frames.</summary>
    public static string ToWalkedJson(CrashData crash) => JsonSerializer.Serialize(new
    {
        os = crash.Os,
        crashing_thread = crash.CrashingThread,
        threads = crash.Threads.Select(thread => new
        {
            frames = thread.Frames.Select(frame => new
            {
                file = frame.File,
                frame = 12,
                function = frame.Function,
                function_offset = "0x0000000000000123",
                inlines = (string?)null,
                line = frame.Line is null ? (int?)null : 42,
                missing_symbols = false,
                module = frame.Module ?? "app",
                module_offset = "0x0000000000012345",
                offset = frame.Offset ?? "0x00007f0012345678",
                registers = (string?)null,
                trust = "cfi",
                unloaded_modules = (string?)null,
            }),
        }),
    });
}
