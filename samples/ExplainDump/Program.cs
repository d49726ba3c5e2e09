// Explains a minidump with symbols from a folder and, if there is one, a server:
//   dotnet run --project samples/ExplainDump -- crash.dmp symbols/ https://symbols.example.org/

using Socorro.Minidumps;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Supply;

if (args is not [var file, var folder, .. var servers])
{
    Console.Error.WriteLine("which dump, and which folder of symbols?");
    return 2;
}

// Whatever the bytes are: there is a dump, or a refusal that says what is wrong with them.
if (!Minidump.TryOpen(File.ReadAllBytes(file), Limits.Default, out var dump, out var refusal))
{
    Console.Error.WriteLine($"{refusal.Error}: {refusal.Message}");
    return 1;
}

// What servers give is put into the folder, where the store finds it.
var symbols = new SymbolStore([folder]);
using var supply = new SymbolSupply(
    new() { Servers = [.. servers.Select(server => new SymbolServer(new Uri(server)))], Folder = folder }, symbols);

// A walk fetches nothing, but says what it wished for. With what came, other modules may turn up on the stacks.
var state = StackWalker.Walk(dump, symbols, WalkOptions.Default);
while (await supply.FetchAsync(state.Wanted, CancellationToken.None))
    state = StackWalker.Walk(dump, symbols, WalkOptions.Default);

Console.WriteLine($"{state.Reason?.Text ?? "no crash"} on {dump.SystemInfo?.OsName} {dump.SystemInfo?.OsVersion}");
foreach (var frame in state.CrashingThread is { } crashed ? state.Threads[crashed].Stack.Frames : [])
{
    var place = frame.Location;
    var module = place.Module < 0 ? "?" : dump.Modules[place.Module].LeafName;
    foreach (var call in place.Inlines)
        Console.WriteLine($"  {module} {call.Function} {call.File}:{call.Line} (inlined)");
    Console.WriteLine(place.Function is { } function
        ? $"  {module} {function}{(place.File is { } source ? $" {source}:{place.Line}" : "")}"
        : $"  {module} + 0x{place.ModuleOffset:x}");
}

foreach (var problem in dump.Problems)
    Console.Error.WriteLine($"note: {problem}");
return 0;
