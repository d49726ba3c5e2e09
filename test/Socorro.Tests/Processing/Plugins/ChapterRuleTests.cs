using Socorro.Plugins;

namespace Socorro.Tests.Processing.Plugins;

/// <summary>The example of docs/plugins.md, as it stands there.</summary>
public sealed class ChapterRule : PluginRule
{
    public override string Name => "Chapter";
    public override string About => "Says in which chapter the player was.";
    public override IReadOnlyList<string> Inputs => ["uptime"];
    public override IReadOnlyList<string> Outputs => ["chapter"];

    public override void Act(PluginCrash crash)
    {
        if (crash.FindAnnotation("SaveGame") is { } save)
            crash.Set("chapter", save.Split('-')[0]);
        else if (crash.FindInteger("uptime") < 60)
            crash.Set("chapter", "menu");
    }
}

public sealed class ChapterRuleTests
{
    [Fact]
    public void The_example_finds_the_chapter()
    {
        var rule = new ChapterRule();
        var crash = new PluginCrash(rule) { Annotations = new Dictionary<string, string> { ["SaveGame"] = "3-7" } };
        rule.Act(crash);
        Assert.Equal("3", crash.Written["chapter"]!.GetValue<string>());
    }
}
