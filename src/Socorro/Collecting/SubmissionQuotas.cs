using System.Net;
using Socorro.Throttling;

namespace Socorro.Collecting;

/// <summary>Counts submissions against the quotas of the throttle. The counts are this process's own.</summary>
sealed class SubmissionQuotas(TimeProvider time)
{
    readonly WindowCounter _perDay = new(TimeSpan.FromDays(1));
    readonly WindowCounter _perMinute = new(TimeSpan.FromMinutes(1));

    /// <summary>The answer when this address has sent enough for now.</summary>
    public Answer? Refuse(IPAddress? address, Quotas quotas) =>
        address is not null && quotas.PerAddressAndMinute is { } most
            ? Count(_perMinute, AddressKey.Of(address), most, "too many submissions from this address")
            : null;

    /// <summary>The answer when there has been enough of this product today.</summary>
    public Answer? Refuse(string product, Quotas quotas) =>
        quotas.PerDay.TryGetValue(product, out var most) || quotas.PerDay.TryGetValue("*", out most)
            ? Count(_perDay, product, most, "too many submissions of this product today")
            : null;

    Answer.Refused? Count(WindowCounter counter, string key, int most, string reason) =>
        counter.TryCount(key, most, time.GetUtcNow(), out var wait)
            ? null
            : new(StatusCodes.Status429TooManyRequests, reason, wait);
}
