using System.CommandLine;
using System.Runtime.InteropServices;

namespace Socorro.Cli;

static class VersionVerb
{
    public static Command Create()
    {
        var command = new Command("version", "Print the version of Socorro and of the runtime it runs on");
        command.SetAction(_ => Console.WriteLine(
            $"socorro {App.Version} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})"));
        return command;
    }
}
