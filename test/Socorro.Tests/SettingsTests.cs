namespace Socorro.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void A_flag_wins_over_the_environment_and_the_environment_over_the_default()
    {
        var (options, origins) = Resolve(
            flags: new() { ["url"] = ["http://127.0.0.1:9000"] },
            environment: new() { ["SOCORRO_URL"] = "http://127.0.0.1:9001", ["SOCORRO_DATA"] = "/var/lib/socorro" });

        Assert.Equal("http://127.0.0.1:9000", options.Url);
        Assert.Equal("/var/lib/socorro", options.Data);
        Assert.Equal(("environment", "flag", "default"), (origins["data"], origins["url"], origins["store"]));
    }

    [Fact]
    public void A_list_comes_as_repeated_flags_or_as_one_path_like_variable()
    {
        Assert.Equal(["/a", "/b"], Resolve(flags: new() { ["symbols"] = ["/a", "/b"] }).Options.Symbols);
        Assert.Equal(["/a", "/b"], Resolve(environment: new() { ["SOCORRO_SYMBOLS"] = "/a:/b" }).Options.Symbols);
    }

    [Fact]
    public void All_malformed_values_are_named_at_once()
    {
        var e = Assert.Throws<VerbFailedException>(() => Resolve(
            flags: new() { ["url"] = ["localhost:8000"] }, environment: new() { ["SOCORRO_WORKERS"] = "many" }));

        Assert.Equal(
            "--url 'localhost:8000' is not an address such as http://127.0.0.1:8000; "
            + "SOCORRO_WORKERS 'many' is not a number from 1 to 1024",
            e.Message);
        Assert.Equal(2, e.ExitCode);
    }

    [Fact]
    public void What_is_shown_can_be_given_back()
    {
        var options = new Options
        {
            Data = "/d",
            Url = "http://127.0.0.1:1",
            Symbols = ["/a", "/b"],
            SymbolServers = [new("https://a.test/v1/"), new("http://b.test/")],
            Fields = ["/f"],
            MozillaProducts = ["Waterfox", "Mozilla VPN"],
            Workers = 3,
        };

        var again = Resolve(environment: Setting.All.ToDictionary(s => s.Variable, s => s.Show(options))).Options;

        Assert.Equal(WithoutLists(options), WithoutLists(again));
        Assert.Equal(options.Fields, again.Fields);
        Assert.Equal(options.Symbols, again.Symbols);
        Assert.Equal(options.SymbolServers, again.SymbolServers);
        Assert.Equal(options.MozillaProducts, again.MozillaProducts);
    }

    static Options WithoutLists(Options options) =>
        options with { Symbols = [], SymbolServers = [], Fields = [], MozillaProducts = [] };

    static Settings Resolve(
        Dictionary<string, IReadOnlyList<string>>? flags = null, Dictionary<string, string>? environment = null) =>
        Settings.Resolve(flags ?? [], name => environment?.GetValueOrDefault(name));
}
