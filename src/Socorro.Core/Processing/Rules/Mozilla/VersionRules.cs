namespace Socorro.Processing.Rules.Mozilla;

sealed class FenixVersionRule : Rule
{
    public override string Name => "FenixVersion";

    public override string About => "Gives nightly builds of Fenix, whose version is a date, the version 0.0a1.";

    public override IReadOnlyList<string> Inputs => ["product", "version"];

    public override IReadOnlyList<string> Outputs => ["version"];

    public override bool Applies(Draft crash) =>
        crash.FindText("product") == "Fenix"
        && crash.FindText("version")?.StartsWith("Nightly ", StringComparison.Ordinal) == true;

    public override void Act(Draft crash)
    {
        crash.Note($"Changed version from '{crash.FindText("version")}' to 0.0a1");
        crash.Set("version", "0.0a1");
    }
}

sealed class EsrVersionRule : Rule
{
    public override string Name => "EsrVersion";

    public override string About => "Marks versions of the extended support release with esr.";

    public override IReadOnlyList<string> Inputs => ["release_channel", "version"];

    public override IReadOnlyList<string> Outputs => ["version"];

    public override bool Applies(Draft crash) => crash.FindText("release_channel") == "esr";

    public override void Act(Draft crash)
    {
        if (crash.FindText("version") is { } version)
            crash.Set("version", $"{version}esr");
        else
            crash.Note("'version' missing from esr release processed_crash");
    }
}

sealed class BetaVersionRule(VersionLookup find) : Rule
{
    /// <summary>Aurora builds from here on are the developer edition.</summary>
    const string FirstDeveloperEdition = "20170601";

    public override string Name => "BetaVersion";

    public override string About => "Gives builds of the beta channel their beta number by their build id.";

    public override IReadOnlyList<string> Inputs => ["product", "release_channel", "build", "version"];

    public override IReadOnlyList<string> Outputs => ["version"];

    public override bool Applies(Draft crash) =>
        crash.FindText("product") is "Firefox" or "Thunderbird"
        && crash.FindText("release_channel")?.ToLowerInvariant() is "beta" or "aurora"
        && crash.FindText("version") is { Length: > 0 } version
        && !version.Contains('b');

    public override void Act(Draft crash)
    {
        var channel = crash.FindText("release_channel")!.ToLowerInvariant(); // Applies has seen it.
        var product = crash.FindText("product")!;
        var build = crash.FindText("build") ?? "";
        if (product == "Firefox" && channel == "aurora" && string.CompareOrdinal(build, FirstDeveloperEdition) > 0)
            product = "DevEdition";

        if (find(product, channel, build) is { Length: > 0 } version)
        {
            crash.Set("version", version);
            return;
        }

        crash.Set("version", $"{crash.FindText("version")}b0");
        crash.Note(
            $"release channel is {channel} but no version data was found - added \"b0\" suffix to version number");
    }
}
