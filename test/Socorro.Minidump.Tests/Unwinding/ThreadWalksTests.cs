using Socorro.Minidumps.Output;

namespace Socorro.Minidumps.Tests.Unwinding;

public sealed class ThreadWalksTests
{
    [Theory]
    [InlineData(4_000_000)]
    [InlineData(200)]
    [InlineData(101)]
    [InlineData(37)]
    [InlineData(0)]
    public void Finds_the_same_however_many_threads_are_walked_at_a_time(int maxTotalFrames)
    {
        var alone = Report(maxTotalFrames, walkers: 1);

        Assert.All((int[])[2, 3, 100], walkers => Assert.Equal(alone, Report(maxTotalFrames, walkers)));
    }

    [Fact]
    public void Keeps_exactly_as_many_frames_of_all_threads_as_the_limit_says()
    {
        var state = Walk(maxTotalFrames: 101, walkers: 8);

        Assert.Equal("LimitReached", state.Status);
        Assert.Equal(101, state.Threads.Sum(thread => thread.Stack.Frames.Count));
    }

    static string Report(int maxTotalFrames, int walkers) =>
        System.Text.Encoding.UTF8.GetString(JsonReport.ToUtf8(Walk(maxTotalFrames, walkers), new() { IsPretty = true }).Span);

    static ProcessState Walk(int maxTotalFrames, int walkers)
    {
        Assert.True(Minidump.TryOpen(
            File.ReadAllBytes(SharedData.Path("dumps", "linux-amd64", "threads.dmp")), Limits.Default, out var dump, out _));
        return StackWalker.Walk(dump, Walks.GetStore("symbols-linux"), new()
        {
            Limits = Limits.Default with { MaxTotalFrames = maxTotalFrames },
            MaxWalkers = walkers,
        });
    }
}
