using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Throttling;

namespace Socorro.Tests.Throttling;

/// <summary>What the presets decide, row by row of the reference (t01…), at noon of 27 May 2020.</summary>
public sealed class ThrottleTests
{
    const string Windows = """{"system":{"os":{"name":"Windows_NT","windowsBuildNumber":7601}}}""";

    static readonly DateTimeOffset Now = new(2020, 5, 27, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Annotations are name=value, separated by |; a null of the reference is empty text here.</summary>
    public static TheoryData<string, string, double, Verdict, string, double> Rows => new()
    {
        { "t01", "", 0, Verdict.Reject, "unsupported_product", 100 },
        { "t03", "ProductName=", 0, Verdict.Reject, "unsupported_product", 100 },
        { "t04a", "ProductName=firefox", 0, Verdict.Reject, "unsupported_product", 100 },
        { "t04b", "ProductName=Firefox ", 0, Verdict.Reject, "unsupported_product", 100 },
        { "t04c", "ProductName=testpilot", 0, Verdict.Reject, "unsupported_product", 100 },
        { "t07a", "ProductName=Firefox", 0, Verdict.Accept, "accept_everything", 100 },
        { "t07b", "ProductName=Firefox|ReleaseChannel=", 0, Verdict.Accept, "accept_everything", 100 },
        { "t07c", "ProductName=Firefox|ReleaseChannel=default", 0, Verdict.Accept, "accept_everything", 100 },
        { "t07d", "ProductName=Firefox|ReleaseChannel=release-cck", 0, Verdict.Accept, "accept_everything", 100 },
        { "t08a", "ProductName=Firefox|ReleaseChannel=nightly", 0, Verdict.Accept, "is_nightly", 100 },
        { "t08b", "ProductName=Firefox|ReleaseChannel=nightlyfoo", 0, Verdict.Accept, "is_nightly", 100 },
        { "t09", "ProductName=Firefox|ReleaseChannel=Nightly", 0, Verdict.Accept, "accept_everything", 100 },
        { "t11", "ProductName=Firefox|ReleaseChannel=release", 0.05, Verdict.Accept, "is_firefox_desktop", 10 },
        { "t12", "ProductName=Firefox|ReleaseChannel=release", 0.10, Verdict.Accept, "is_firefox_desktop", 10 },
        { "t13", "ProductName=Firefox|ReleaseChannel=release", 0.1000001, Verdict.Reject, "is_firefox_desktop", 10 },
        { "t15a", "ProductName=Thunderbird|ReleaseChannel=release", 0.9, Verdict.Accept, "accept_everything", 100 },
        { "t15b", "ProductName=MozillaVPN|ReleaseChannel=release", 0.9, Verdict.Accept, "accept_everything", 100 },
        { "t15c", "ProductName=Firefox Enterprise|ReleaseChannel=release", 0.9, Verdict.Accept, "accept_everything", 100 },
        { "t16", "ProductName=Fenix|Android_PackageName=org.mozilla.firefox", 0, Verdict.Accept, "accept_everything", 100 },
        { "t17a", "ProductName=Fenix", 0, Verdict.Reject, "unsupported_packagename", 100 },
        { "t17b", "ProductName=Fenix|Android_PackageName=", 0, Verdict.Reject, "unsupported_packagename", 100 },
        { "t17c", "ProductName=Fenix|Android_PackageName=org.example.fork", 0, Verdict.Reject, "unsupported_packagename", 100 },
        { "t17d", "ProductName=Fenix|Android_PackageName=org.mozilla.Firefox", 0, Verdict.Reject, "unsupported_packagename", 100 },
        { "t17e", "ProductName=ReferenceBrowser|Android_PackageName=x", 0, Verdict.Reject, "unsupported_packagename", 100 },
        { "t19", "ProductName=Focus|Android_PackageName=org.mozilla.klar", 0, Verdict.Accept, "accept_everything", 100 },
        { "t20", "ProductName=Thunderbird|Android_PackageName=org.example.fork", 0, Verdict.Accept, "accept_everything", 100 },
        { "t21a", "ProductName=Firefox|HangID=1|ProcessType=browser", 0, Verdict.Reject, "has_hangid_and_browser", 100 },
        { "t21b", "ProductName=Firefox|HangID=1", 0, Verdict.Reject, "has_hangid_and_browser", 100 },
        { "t21c", "ProductName=Firefox|HangID=", 0, Verdict.Reject, "has_hangid_and_browser", 100 },
        { "t23", "ProductName=Firefox|HangID=1|ProcessType=parent", 0, Verdict.Accept, "accept_everything", 100 },
        {
            "t24", "ProductName=Firefox|SubmittedFromInfobar=true|Version=57.0|BuildID=20171225000000", 0,
            Verdict.Reject, "has_old_buildid", 100
        },
        {
            "t25", "ProductName=Firefox|SubmittedFromInfobar=true|Version=57.0|BuildID=20171225", 0,
            Verdict.Reject, "infobar_is_true", 100
        },
        { "t28", "ProductName=Firefox|ReleaseChannel=release|Throttleable=0", 0.9, Verdict.Accept, "throttleable_0", 100 },
        { "t29", "ProductName=Firefox|ReleaseChannel=release|Throttleable=1", 0.9, Verdict.Reject, "is_firefox_desktop", 10 },
        { "t30", "ProductName=Firefox|ReleaseChannel=release|Comments=", 0.9, Verdict.Accept, "has_comments", 100 },
        { "t31", "ProductName=Firefox|ReleaseChannel=release|PHCKind=x", 0.9, Verdict.Accept, "has_phc", 100 },
        { "t32a", "ProductName=Firefox|ReleaseChannel=release|ProcessType=gpu", 0.9, Verdict.Accept, "is_background", 100 },
        { "t32b", "ProductName=Firefox|ReleaseChannel=release|ProcessType=utility", 0.9, Verdict.Accept, "is_background", 100 },
        { "t33a", "ProductName=Firefox|ReleaseChannel=release|ProcessType=content", 0.9, Verdict.Reject, "is_firefox_desktop", 10 },
        { "t33b", "ProductName=Firefox|ReleaseChannel=release|ProcessType=GPU", 0.9, Verdict.Reject, "is_firefox_desktop", 10 },
        {
            "t35", "ProductName=Firefox|ReleaseChannel=release|ipc_channel_error=ShutDownKill", 0.9,
            Verdict.Reject, "is_shutdownkill", 10
        },
        {
            "t36", "ProductName=Firefox|ReleaseChannel=release|ipc_channel_error=ShutDownKill", 0.05,
            Verdict.Accept, "is_firefox_desktop", 10
        },
        { "t37", "ProductName=Firefox|ReleaseChannel=nightly|ipc_channel_error=other", 0.9, Verdict.Accept, "is_nightly", 100 },
        {
            "t39", $"ProductName=Firefox|ReleaseChannel=esr|TelemetryEnvironment={Windows}", 0.5,
            Verdict.Reject, "is_firefox_esr_unsupported_windows", 25
        },
        {
            "t38", $"ProductName=Firefox|ReleaseChannel=esr|TelemetryEnvironment={Windows}", 0.2,
            Verdict.Accept, "is_alpha_beta_esr", 100
        },
        { "t40a", Esr(Windows.Replace("7601", "19045")), 0.5, Verdict.Accept, "is_alpha_beta_esr", 100 },
        { "t40b", Esr(Windows.Replace("7601", "\"7601\"")), 0.5, Verdict.Accept, "is_alpha_beta_esr", 100 },
        { "t40c", Esr(Windows.Replace("Windows_NT", "Linux")), 0.5, Verdict.Accept, "is_alpha_beta_esr", 100 },
        { "t40d", Esr("{"), 0.5, Verdict.Accept, "is_alpha_beta_esr", 100 },
        { "t40e", Esr(Windows.Replace("7601", "true")), 0.5, Verdict.Accept, "is_alpha_beta_esr", 100 },
        { "t41: not an object is not a reason to fail", Esr("[]"), 0.5, Verdict.Accept, "is_alpha_beta_esr", 100 },
        { "t43a", "ProductName=Firefox|ReleaseChannel=nightly|BuildID=20180528235959", 0, Verdict.Reject, "has_old_buildid", 100 },
        { "t43b", "ProductName=Firefox|ReleaseChannel=nightly|BuildID=20180527000000", 0, Verdict.Reject, "has_old_buildid", 100 },
        { "t44a", "ProductName=Firefox|ReleaseChannel=nightly|BuildID=20180529000000", 0, Verdict.Accept, "is_nightly", 100 },
        { "t44b", "ProductName=Firefox|ReleaseChannel=nightly|BuildID=20990101000000", 0, Verdict.Accept, "is_nightly", 100 },
        { "t44c", "ProductName=Firefox|ReleaseChannel=nightly|BuildID=20179901000000", 0, Verdict.Accept, "is_nightly", 100 },
        { "t44d", "ProductName=Firefox|ReleaseChannel=nightly|BuildID=2017010100000", 0, Verdict.Accept, "is_nightly", 100 },
        { "t44e", "ProductName=Firefox|ReleaseChannel=nightly|BuildID=19990101000000", 0, Verdict.Accept, "is_nightly", 100 },
        { "t45", "ProductName=Nope|BuildID=20170101000000", 0, Verdict.Reject, "has_old_buildid", 100 },
        { "b2g", "ProductName=B2G", 0, Verdict.FakeAccept, "b2g", 100 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Mozilla_2026_decides_as_the_row_says(
        string row, string annotations, double draw, Verdict verdict, string rule, double percentage)
    {
        var decision = Decide("mozilla-2026", annotations, draw);

        Assert.True((verdict, rule, percentage) == (decision.Verdict, decision.Rule, decision.Percentage), $"{row}: {decision}");
    }

    [Theory]
    [InlineData("51.0", false)]
    [InlineData("52.0", true)]
    [InlineData("52.0a1", true)]
    [InlineData("55.0.3", true)]
    [InlineData("57.0.2", true)]
    [InlineData("59.0", true)]
    [InlineData("60.0", false)]
    [InlineData("60.0a1", false)]
    public void The_infobar_rule_knows_its_versions(string version, bool matches) => Assert.Equal(
        matches ? "infobar_is_true" : "accept_everything",
        Decide("mozilla-2026", $"ProductName=Firefox|SubmittedFromInfobar=true|Version={version}|BuildID=20171128", 0).Rule);

    [Theory]
    [InlineData("mozilla-2011", "Version=3.6b2", Verdict.Accept, "version_has_letter")]
    [InlineData("mozilla-2011", "Version=b3.6|ProductName=Editor", Verdict.Defer, "everything_else")]
    [InlineData("mozilla-2011", "Comments=it broke", Verdict.Accept, "has_comments")]
    [InlineData("mozilla-2011", "Comments=|ProductName=Firefox", Verdict.Defer, "is_firefox")]
    [InlineData("mozilla-2011", "ProductName=SeaMonkey", Verdict.Accept, "is_thunderbird_seamonkey_or_camino")]
    [InlineData("mozilla-2011", "", Verdict.Defer, "everything_else")]
    [InlineData("mozilla-2013", "HangID=1|Comments=x", Verdict.Reject, "has_hangid_and_browser")]
    [InlineData("mozilla-2013", "HangID=1|ProcessType=plugin|ReleaseChannel=aurora", Verdict.Accept, "is_alpha_beta_esr")]
    [InlineData("mozilla-2013", "ReleaseChannel=nightly-larch", Verdict.Accept, "is_nightly")]
    [InlineData("mozilla-2013", "ProductName=Firefox|ReleaseChannel=release", Verdict.Defer, "is_firefox")]
    [InlineData("mozilla-2013", "ProductName=Fennec", Verdict.Accept, "is_fennec")]
    [InlineData("mozilla-2013", "ProductName=Editor|Version=1.0a1", Verdict.Accept, "version_has_letter")]
    [InlineData("mozilla-2013", "ProductName=Camino", Verdict.Accept, "is_thunderbird_seamonkey_or_camino")]
    [InlineData("accept-everything", "", Verdict.Accept, "accept_everything")]
    public void The_other_presets_decide_as_they_did(string preset, string annotations, Verdict verdict, string rule)
    {
        var decision = Decide(preset, annotations, draw: 0.5);

        Assert.Equal((verdict, rule), (decision.Verdict, decision.Rule));
    }

    [Fact]
    public void Without_a_rule_that_holds_nothing_is_kept() =>
        Assert.Equal(new(Verdict.Reject, "NO_MATCH", 0, 100), new Throttle([]).Decide(Parse(""), Now, new Draw(0)));

    [Theory]
    [InlineData(0.5, Verdict.Accept)]
    [InlineData(0.6, Verdict.Defer)]
    public void A_draw_on_the_line_gets_the_first_verdict(double draw, Verdict verdict) => Assert.Equal(
        new(verdict, "pct", 50, 50),
        new Throttle([new("pct", null, Verdict.Accept, 50, Verdict.Defer)]).Decide(Parse(""), Now, new Draw(draw)));

    [Fact]
    public void The_share_of_a_crash_counts_every_draw_it_came_through() =>
        Assert.Equal(1, Decide("mozilla-2026", "ProductName=Firefox|ReleaseChannel=release|ipc_channel_error=ShutDownKill", 0).Share, 9);

    [Fact]
    public void Over_many_draws_the_rate_is_as_said()
    {
        var throttle = new Throttle([new("pct", null, Verdict.Accept, 10, Verdict.Reject)]);
        var random = new Random(7);

        var accepted = Enumerable.Range(0, 100_000).Count(_ => throttle.Decide(Parse(""), Now, random).Verdict == Verdict.Accept);

        // Three standard deviations.
        Assert.InRange(accepted, 10_000 - 285, 10_000 + 285);
    }

    static string Esr(string environment) => $"ProductName=Firefox|ReleaseChannel=esr|TelemetryEnvironment={environment}";

    static ThrottleDecision Decide(string preset, string annotations, double draw) =>
        ThrottleFile.Open(preset, TimeProvider.System, NullLogger<ThrottleFile>.Instance).Current
            .Decide(Parse(annotations), Now, new Draw(draw));

    static Dictionary<string, string> Parse(string annotations) => annotations
        .Split('|', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1]);

    sealed class Draw(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
