using Socorro.Access;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>What every catalog's registry of tokens does.</summary>
public abstract class TokenRegistryContract : CatalogLifetime
{
    TokenRegistry Tokens => Catalog.Tokens;

    [Fact]
    public async Task Is_empty_at_first()
    {
        Assert.Empty(await Tokens.ListAsync(Cancel));
        Assert.Null(await Tokens.FindAsync(1, Cancel));
        Assert.Null(await Tokens.FindAsync(Hash("a"), Cancel));
    }

    [Theory]
    [InlineData(Permission.None)]
    [InlineData(Permission.ViewProtected)]
    [InlineData(Permission.Reprocess | Permission.Administer)]
    [InlineData(Permission.All)]
    public async Task Gives_back_every_fact_of_a_token(Permission permissions)
    {
        var token = await AddAsync(Token("ci") with
        {
            Permissions = permissions,
            ExpiresAt = Crash.Noon.AddDays(1),
            LastUsedAt = Crash.Noon.AddHours(1),
        });
        await ReopenAsync();

        Assert.Equal([token], await Tokens.ListAsync(Cancel));
        Assert.Equal(token, await Tokens.FindAsync(token.Key, Cancel));
        Assert.Equal(token, await Tokens.FindAsync(Hash("ci"), Cancel));
        Assert.Null(await Tokens.FindAsync(Hash("CI"), Cancel));
    }

    [Fact]
    public async Task Lists_by_name()
    {
        await AddAsync(Token("b"));
        await AddAsync(Token("a"));

        Assert.Equal(["a", "b"], (await Tokens.ListAsync(Cancel)).Select(token => token.Name));
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        var first = await AddAsync(Token("ci"));

        Assert.Null(await Tokens.AddAsync(Token("ci"), Hash("another"), Cancel));
        Assert.Equal([first], await Tokens.ListAsync(Cancel));
    }

    [Fact]
    public async Task A_removed_token_is_gone_and_its_key_never_comes_back()
    {
        var first = await AddAsync(Token("ci"));
        Assert.True(await Tokens.RemoveAsync("ci", Cancel));
        Assert.False(await Tokens.RemoveAsync("ci", Cancel));

        Assert.Null(await Tokens.FindAsync(first.Key, Cancel));
        Assert.Null(await Tokens.FindAsync(Hash("ci"), Cancel));
        Assert.NotEqual(first.Key, (await AddAsync(Token("ci"))).Key);
    }

    [Fact]
    public async Task Notes_when_a_token_was_used()
    {
        var token = await AddAsync(Token("ci"));
        await Tokens.NoteUseAsync(token.Key, Crash.Noon.AddHours(2), Cancel);

        Assert.Equal(token with { LastUsedAt = Crash.Noon.AddHours(2) }, await Tokens.FindAsync(token.Key, Cancel));
    }

    [Fact]
    public async Task Another_process_sees_changes_at_once()
    {
        await using var other = await OpenAsync();
        var token = await AddAsync(Token("ci"));
        Assert.Equal(token, await other.Tokens.FindAsync(token.Key, Cancel));

        await other.Tokens.RemoveAsync("ci", Cancel);
        Assert.Null(await Tokens.FindAsync(token.Key, Cancel));
    }

    [Fact]
    public async Task The_session_key_stays_the_same_and_is_the_same_for_all()
    {
        await using var other = await OpenAsync();
        var keys = await Task.WhenAll(Tokens.GetSessionKeyAsync(Cancel), other.Tokens.GetSessionKeyAsync(Cancel));
        await ReopenAsync();

        Assert.Equal(32, keys[0].Length);
        Assert.Equal(keys[0].ToArray(), keys[1].ToArray());
        Assert.Equal(keys[0].ToArray(), (await Tokens.GetSessionKeyAsync(Cancel)).ToArray());
    }

    static AccessToken Token(string name) =>
        new() { Key = 0, Name = name, Permissions = Permission.ViewProtected, CreatedAt = Crash.Noon };

    static byte[] Hash(string secret) => TokenSecret.Hash(secret);

    async Task<AccessToken> AddAsync(AccessToken token)
    {
        var added = await Tokens.AddAsync(token, Hash(token.Name), Cancel);
        Assert.NotNull(added);
        Assert.Equal(token with { Key = added.Key }, added);
        return added;
    }
}
