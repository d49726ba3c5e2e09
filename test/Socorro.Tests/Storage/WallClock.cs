using Microsoft.Extensions.Time.Testing;

namespace Socorro.Tests.Storage;

/// <summary>A clock that somebody can set back; as on a real machine, its timestamps go on as if nothing had happened.</summary>
public sealed class WallClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    long _setBack;

    public void SetBack(TimeSpan by)
    {
        _setBack += by.Ticks;
        AdjustTime(GetUtcNow() - by);
    }

    public override long GetTimestamp() => base.GetTimestamp() + _setBack;
}
