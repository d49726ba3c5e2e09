using System.CommandLine;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Processing.Plugins;
using Socorro.Signatures;

namespace Socorro.Cli;

/// <summary>Lists the plug-ins of a folder, and says of each that can't be used why.</summary>
static class PluginsVerb
{
    public static Command Create()
    {
        var command = new Command("plugins", "List the plug-ins of --plugins with their rules, and what is wrong with them");
        var settings = new SettingOptions();
        settings.AddTo(command);
        command.SetAction(parsed => List(settings.Resolve(parsed).Options, Console.Out));
        return command;
    }

    static int List(Options options, TextWriter output)
    {
        if (options.Plugins.Length == 0)
        {
            output.WriteLine("No folder of plug-ins is configured. --plugins names one.");
            return 0;
        }

        IReadOnlyList<Plugin> plugins;
        try
        {
            plugins = PluginFolder.Read(options.Plugins);
        }
        catch (PluginException e)
        {
            throw new VerbFailedException(e.Message, exitCode: 2, cause: e);
        }

        foreach (var plugin in plugins)
        {
            var products = plugin.Products.Count == 0 ? "" : $", for {string.Join(", ", plugin.Products)}";
            output.WriteLine($"{plugin.Name} {plugin.Version}{products}  ({plugin.File})");
            foreach (var rule in plugin.Rules)
                output.WriteLine($"    {rule.Name}: {rule.About} Writes {string.Join(", ", rule.Outputs)}.");
            foreach (var error in plugin.Errors)
                output.WriteLine($"    can't be used: {error}");
        }

        if (plugins.Any(plugin => plugin.Errors.Count > 0))
            return 1;

        OperatorRules.Load(options).Build(
            SignatureGenerators.BuiltIn, new(new Meter("Socorro")), TimeProvider.System, NullLoggerFactory.Instance);
        output.WriteLine(plugins.Count == 0 ? "There is none." : "All of them can be used.");
        return 0;
    }
}
