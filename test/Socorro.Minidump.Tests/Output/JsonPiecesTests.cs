using System.Buffers;
using Socorro.Minidumps.Output;

namespace Socorro.Minidumps.Tests.Output;

public sealed class JsonPiecesTests
{
    [Theory]
    [InlineData(int.MaxValue, false)]
    [InlineData(int.MaxValue, true)]
    [InlineData(300, false)]
    [InlineData(1, false)]
    public void Are_the_same_report_however_many_write_it(int maxFrames, bool hasAllRegisters)
    {
        var state = DeepWalk();
        var options = JsonOptions.Default with { MaxFrames = maxFrames, HasAllRegisters = hasAllRegisters };
        var alone = JsonReport.ToUtf8(state, options);

        Assert.All(
            (int[])[2, 3, 8],
            writers => Assert.True(JsonReport.ToUtf8(state, options with { MaxWriters = writers }).Span.SequenceEqual(alone.Span)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(400_000)]
    [InlineData(2_000_000)]
    public void End_with_the_output(int room) => Assert.Throws<IOException>(
        () => JsonReport.Write(DeepWalk(), new FullOutput(room), JsonOptions.Default with { MaxWriters = 4 }));

    /// <summary>Some 5,000 frames.</summary>
    static ProcessState DeepWalk()
    {
        var state = Walks.Walk("linux-amd64/deep900.dmp", "symbols-linux");
        return state with { Threads = [.. Enumerable.Repeat(state.Threads, 6).SelectMany(threads => threads)] };
    }

    /// <summary>Takes so many bytes and no more.</summary>
    sealed class FullOutput(int room) : IBufferWriter<byte>
    {
        readonly ArrayBufferWriter<byte> _taken = new();

        public void Advance(int count)
        {
            if (_taken.WrittenCount + count > room)
                throw new IOException("there is no room");

            _taken.Advance(count);
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _taken.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => _taken.GetSpan(sizeHint);
    }
}
