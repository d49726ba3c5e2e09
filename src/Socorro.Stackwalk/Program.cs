using Socorro.Stackwalk;

using var console = StackwalkConsole.Open("minidump-stackwalk");
return await StackwalkCommand.RunAsync(args, console, CancellationToken.None);
