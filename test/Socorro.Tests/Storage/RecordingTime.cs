using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Socorro.Tests.Storage;

/// <summary>A clock that tells what is waited for.</summary>
sealed class RecordingTime : FakeTimeProvider
{
    readonly Channel<TimeSpan> _delays = Channel.CreateUnbounded<TimeSpan>();

    public ChannelReader<TimeSpan> Delays => _delays.Reader;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _delays.Writer.TryWrite(dueTime);
        return timer;
    }
}
