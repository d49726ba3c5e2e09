using System.CommandLine;

namespace Socorro.Cli;

/// <summary>The settings as flags of a verb.</summary>
sealed class SettingOptions
{
    readonly Dictionary<string, Option<string[]>> _options = Setting.All.ToDictionary(
        setting => setting.Name,
        setting => new Option<string[]>($"--{setting.Name}")
        {
            Description = $"{setting.Meaning} [{setting.Variable}]",
            HelpName = setting.Argument,
            Arity = ArgumentArity.OneOrMore,
        });

    public void AddTo(Command command)
    {
        foreach (var option in _options.Values)
            command.Options.Add(option);
    }

    /// <summary>Adds one setting to a verb that needs no others.</summary>
    public void AddTo(Command command, string setting) => command.Options.Add(_options[setting]);

    public Settings Resolve(ParseResult parsed) => Settings.Resolve(
        _options.ToDictionary(
            pair => pair.Key, IReadOnlyList<string> (pair) => parsed.GetValue(pair.Value) ?? []),
        Environment.GetEnvironmentVariable);
}
