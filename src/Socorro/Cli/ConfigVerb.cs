using System.CommandLine;

namespace Socorro.Cli;

static class ConfigVerb
{
    public static Command Create()
    {
        var command = new Command("config", "Print every setting, its value and where the value came from");
        var settings = new SettingOptions();
        settings.AddTo(command);
        command.SetAction(parsed =>
        {
            var (options, origins) = settings.Resolve(parsed);
            foreach (var setting in Setting.All)
            {
                var from = origins[setting.Name] is "environment" ? setting.Variable : origins[setting.Name];
                Console.WriteLine($"{setting.Name} = {setting.Show(options)}  ({from})");
            }
        });
        return command;
    }
}
