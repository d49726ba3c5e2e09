using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Unwinding;

/// <summary>
/// The crashed stacks of one program on other processors, read and found true. Their C libraries come without most names,
/// and for arm and parts of mipsel without unwind rules.
/// </summary>
public sealed class ForeignStackTests
{
    const string Chain = "Chain<int, 0>::walk < Chain<int, 1>::walk < Chain<int, 2>::walk < Chain<int, 3>::walk < Chain<int, 4>::walk";

    [Theory]
    [InlineData("linux-x86/null", $"{Chain} < main < libc.so.6 < __libc_start_main < _start")]
    [InlineData("linux-x86/divzero", "divide < main < libc.so.6 < __libc_start_main < _start")]
    [InlineData("linux-x86/plugin", "_M_invoke < hidden_step < plugin_entry < main < libc.so.6 < __libc_start_main < _start")]
    [InlineData(
        "linux-x86/abort",
        "linux-gate.so < libc.so.6 < gsignal < abort < main.cold < libc.so.6 < __libc_start_main < _start")]
    [InlineData("linux-arm64/null", $"{Chain} < Chain<int, 5>::walk < main < libc.so.6 < __libc_start_main < _start")]
    [InlineData("linux-arm64/lambda", "_M_invoke < big_frame < main < libc.so.6 < __libc_start_main < _start")]
    [InlineData("linux-arm64/abort", "libc.so.6 < gsignal < abort < main < libc.so.6 < __libc_start_main < _start")]
    [InlineData("linux-mipsel/null", $"{Chain} < Chain<int, 5>::walk < main < libc.so.6 < __libc_start_main < __start")]
    [InlineData("linux-mipsel/lambda", "_M_invoke < big_frame < main < libc.so.6 < __libc_start_main < __start")]
    [InlineData("linux-mipsel/abort", "libc.so.6 < raise < abort < main < libc.so.6 < __libc_start_main < __start")]
    [InlineData("linux-arm/null", $"{Chain} < Chain<int, 5>::walk < main < __libc_init_first < __libc_start_main < _start")]
    [InlineData(
        "linux-arm/abort",
        "gnu_get_libc_version < pthread_key_delete < gsignal < abort < main < __libc_init_first < __libc_start_main < _start")]
    [InlineData("linux-arm/lambda", "_M_invoke < big_frame < main < __libc_init_first < __libc_start_main < _start")]
    public void Walks_down_to_where_the_program_began(string dump, string calls)
    {
        var state = Walk(dump);
        var stack = state.Threads[state.CrashingThread!.Value].Stack;

        Assert.Equal(calls, string.Join(" < ", stack.Frames.Select(frame => NameOf(state, frame))));
        Assert.Equal(StackEnd.Complete, stack.End);
    }

    [Fact]
    public void Walks_threads_that_wait_in_the_kernels_entry_code()
    {
        var state = Walk("linux-x86/threads");

        Assert.All(
            Enumerable.Range(1, 24),
            i => Assert.Equal(
                "linux-gate.so < pause < idle < libc.so.6 < libc.so.6",
                string.Join(" < ", state.Threads[i].Stack.Frames.Select(frame => NameOf(state, frame)))));
    }

    [Fact]
    public void Says_that_a_stack_was_cut()
    {
        var state = Walk("linux-x86/stackoverflow");
        var stack = state.Threads[state.CrashingThread!.Value].Stack;

        Assert.Equal(StackEnd.Truncated, stack.End);
        Assert.True(stack.Frames.Count > 100);
        Assert.All(stack.Frames, frame => Assert.Equal("recurse_forever(int, char*)", frame.Location.Function));
    }

    static ProcessState Walk(string dump)
    {
        var folder = dump.Split('/')[0];
        return Walks.Walk($"{dump}.dmp", folder == "linux-x86" ? "symbols-linux" : $"{folder}/symbols");
    }

    // The name without what stands before and behind it; the module where there is no name.
    static string NameOf(ProcessState state, Frame frame)
    {
        if (frame.Location.Function is not { } name)
            return state.Modules[frame.Location.Module].Module.LeafName;
        if (name.EndsWith("::_M_invoke", StringComparison.Ordinal))
            return "_M_invoke";

        return name.Split('(')[0].Replace("app::detail::", "", StringComparison.Ordinal).Replace("plug::", "", StringComparison.Ordinal);
    }
}
