using Socorro.Processing.Plugins;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Processing.Plugins;

public sealed class PluginFolderTests : IDisposable
{
    readonly TemporaryFolder _temporary = new();

    string Plugins => Directory.CreateDirectory(_temporary.Of("plugins")).FullName;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Loads_a_plug_in_with_its_rules_fields_and_dependencies()
    {
        var folder = SamplePlugin.CopyTo(Plugins);

        var plugin = Assert.Single(PluginFolder.Load(Plugins));

        Assert.Equal("GameRules", plugin.Name);
        Assert.Equal("1.2.0", plugin.Version);
        Assert.Equal(Path.Combine(folder, SamplePlugin.Assembly), plugin.File);
        Assert.Equal(["DriverBlame", "LastLogLine"], plugin.Rules.Select(rule => rule.Name));
        Assert.Equal([Path.Combine(folder, "fields.json")], plugin.Fields);
        Assert.Equal(TimeSpan.FromSeconds(2), plugin.Patience);
    }

    [Fact]
    public void Each_plug_in_is_apart_from_the_others_and_they_come_by_name()
    {
        SamplePlugin.CopyTo(Plugins, "b");
        SamplePlugin.CopyTo(Plugins, "a");

        var plugins = PluginFolder.Load(Plugins);

        Assert.Equal(["a", "b"], plugins.Select(plugin => plugin.Name));
        Assert.NotEqual(plugins[0].Rules[0].GetType(), plugins[1].Rules[0].GetType());
    }

    [Fact]
    public void A_missing_dependency_is_named_though_no_rule_has_asked_for_it_yet()
    {
        File.Delete(Path.Combine(SamplePlugin.CopyTo(Plugins), "ZstdSharp.dll"));

        Assert.Matches(
            @"^GameRules: GameRules needs ZstdSharp [0-9.]+, which is not in the plug-in's folder$",
            Assert.Single(Errors()));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(1, 1)]
    [InlineData(0, 9)]
    public void Another_version_of_the_contract_is_refused(int major, int minor)
    {
        SamplePlugin.SetContractVersion(Path.Combine(SamplePlugin.CopyTo(Plugins), SamplePlugin.Assembly), major, minor);

        Assert.Equal([$"GameRules: GameRules is made for Socorro.Plugins {major}.{minor}, and this is 1.0"], Errors());
    }

    [Fact]
    public void The_assembly_of_something_else_is_refused()
    {
        var folder = SamplePlugin.CopyTo(Plugins);
        File.Copy(Path.Combine(folder, "ZstdSharp.dll"), Path.Combine(folder, SamplePlugin.Assembly), overwrite: true);

        Assert.Equal(
            ["GameRules: ZstdSharp does not refer to Socorro.Plugins, which its rules are made from"], Errors());
    }

    [Fact]
    public void What_is_no_assembly_is_refused()
    {
        File.WriteAllText(Path.Combine(SamplePlugin.CopyTo(Plugins), SamplePlugin.Assembly), "MZ and nothing after it");

        Assert.StartsWith("GameRules: GameRules.dll can't be loaded: ", Assert.Single(Errors()), StringComparison.Ordinal);
    }

    [Fact]
    public void Types_that_are_no_rules_are_named_all_at_once()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Plugins, "forged")).FullName;
        ForgedAssembly.Write(Path.Combine(folder, "Forged.dll"));
        string[] types = ["Missing", "NoRule", "Hidden", "Unfinished", "Choosy", "Angry", "Nameless", "Mute"];
        WriteManifest(
            folder, $$"""{"assembly": "Forged.dll", "rules": [{{string.Join(',', types.Select(type => $"\"Forged.{type}\""))}}]}""");

        var plugin = Assert.Single(PluginFolder.Read(Plugins));

        Assert.Equal("1.2.3.4", plugin.Version);
        Assert.Equal(
            [
                "rule type Forged.Missing is not in the assembly",
                "rule type Forged.NoRule is no PluginRule",
                "rule type Forged.Hidden is not public",
                "rule type Forged.Unfinished is abstract",
                "rule type Forged.Choosy has no public constructor without parameters",
                "rule type Forged.Angry can't be made: NullReferenceException",
                "rule type Forged.Nameless: its name is not made of letters and digits",
                "rule type Forged.Mute can't say what it is: NullReferenceException",
            ],
            plugin.Errors.Select(error => error.Split(": Object reference")[0]));
    }

    [Fact]
    public void Every_mistake_of_a_manifest_is_named_with_its_place()
    {
        var folder = SamplePlugin.CopyTo(Plugins);
        WriteManifest(folder, """{"assembly": "../a.dll", "rules": [], "fields": ["no.json", 7], "products": [], "seconds": 0, "rule": 1}""");
        WriteManifest(SamplePlugin.CopyTo(Plugins, "Half"), "{\n\"assembly\": \n");
        Directory.CreateDirectory(Path.Combine(Plugins, "Nothing"));

        var errors = Errors();

        Assert.Equal(
            [
                "GameRules: plugin.json: \"rule\" is none of assembly, rules, fields, products, seconds",
                "GameRules: plugin.json: assembly '../a.dll' is no file in the plug-in's folder",
                "GameRules: plugin.json: rules names none",
                "GameRules: plugin.json: fields 'no.json' is no file in the plug-in's folder",
                "GameRules: plugin.json.fields[1]: is not a text",
                "GameRules: plugin.json: products names none; leave it out for all of them",
                "GameRules: plugin.json: seconds 0 is not above 0 and at most 60",
                "Half: plugin.json, line 3: is not JSON",
            ],
            errors.SkipLast(1));
        Assert.StartsWith("Nothing: plugin.json can't be read: ", errors[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_plug_in_may_be_for_some_products_alone()
    {
        var folder = SamplePlugin.CopyTo(Plugins);
        WriteManifest(
            folder, """{"assembly": "GameRules.dll", "rules": ["GameRules.DriverBlameRule"], "products": ["Caves", "Caves Demo"]}""");

        var plugin = Assert.Single(PluginFolder.Load(Plugins));

        Assert.True(plugin.IsFor("Caves Demo"));
        Assert.False(plugin.IsFor("Editor"));
        Assert.False(plugin.IsFor(null));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_an_error() =>
        Assert.StartsWith(
            "The folder of plug-ins ",
            Assert.Throws<PluginException>(() => PluginFolder.Read(_temporary.Of("nowhere"))).Message,
            StringComparison.Ordinal);

    IReadOnlyList<string> Errors() => Assert.Throws<PluginException>(() => PluginFolder.Load(Plugins)).Errors;

    static void WriteManifest(string folder, string json) => File.WriteAllText(Path.Combine(folder, "plugin.json"), json);
}
