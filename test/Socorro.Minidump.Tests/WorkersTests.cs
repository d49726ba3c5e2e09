namespace Socorro.Minidumps.Tests;

public sealed class WorkersTests
{
    [Fact]
    public void Each_do_their_part()
    {
        var parts = new int[5];

        Workers.Run(parts.Length, i => parts[i]++);

        Assert.Equal([1, 1, 1, 1, 1], parts);
    }

    [Fact]
    public void Hand_what_one_throws_to_the_caller_when_all_have_ended()
    {
        var ended = 0;

        var thrown = Assert.Throws<InvalidOperationException>(() => Workers.Run(4, i =>
        {
            Thread.Sleep(i * 10);
            Interlocked.Increment(ref ended);
            if (i == 1)
                throw new InvalidOperationException("number one");
        }));

        Assert.Equal("number one", thrown.Message);
        Assert.Equal(4, ended);
    }
}
