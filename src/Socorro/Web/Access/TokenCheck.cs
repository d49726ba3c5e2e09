using System.Net;
using Socorro.Access;
using Socorro.Storage;
using Socorro.Throttling;

namespace Socorro.Web.Access;

/// <summary>Checks the secrets that clients bring, and bounds how many each of them may guess.</summary>
sealed class TokenCheck(Catalog catalog, TimeProvider time)
{
    const int MaxWrongAMinute = 30;
    const int MaxLength = 200;

    static readonly TimeSpan UseIsNotedEvery = TimeSpan.FromHours(1);

    readonly WindowCounter _wrong = new(TimeSpan.FromMinutes(1));

    /// <summary>The token of a secret, or why there is none.</summary>
    public async Task<(AccessToken? Token, Refusal? Refusal)> FindAsync(
        string secret, IPAddress? address, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var client = address is null ? "" : AddressKey.Of(address);
        if (_wrong.IsUsedUp(client, MaxWrongAMinute, now, out var wait))
            return (null, Refusal.TooMany(wait));

        var token = secret.Length <= MaxLength ? await catalog.Tokens.FindAsync(TokenSecret.Hash(secret), cancel) : null;
        if (token is null)
        {
            _wrong.TryCount(client, MaxWrongAMinute, now, out _);
            return (null, Refusal.UnknownToken);
        }

        if (token.IsExpired(now))
            return (null, Refusal.ExpiredToken);

        if (now - token.LastUsedAt is not { } age || age >= UseIsNotedEvery)
            await catalog.Tokens.NoteUseAsync(token.Key, now, cancel);

        return (token, null);
    }
}
