using System.Text.Json;

namespace Socorro.Web.Pages.Report;

/// <summary>How it went with a module's symbols.</summary>
public enum SymbolState
{
    /// <summary>No frame needed them.</summary>
    NotNeeded,
    Loaded,
    Missing,
    Corrupt,
}

/// <summary>A module of the process, still mapped or unloaded before the crash.</summary>
public sealed record ModuleRow
{
    public required string FileName { get; init; }

    public required string Version { get; init; }

    public required string CodeId { get; init; }

    public required string DebugFile { get; init; }

    public required string DebugId { get; init; }

    public required string Base { get; init; }

    public required string End { get; init; }

    public required string SignedBy { get; init; }

    public required SymbolState Symbols { get; init; }

    /// <summary>Where its symbols came from; null unless that is a web address.</summary>
    public string? SymbolUrl { get; init; }

    public static ModuleRow Read(JsonElement module, int maxText)
    {
        return new()
        {
            FileName = Text("filename"),
            Version = Text("version"),
            CodeId = Text("code_id"),
            DebugFile = Text("debug_file"),
            DebugId = Text("debug_id"),
            Base = Text("base_addr"),
            End = Text("end_addr"),
            SignedBy = Text("cert_subject"),
            Symbols = StateOf(module),
            SymbolUrl = WebAddress.OrNull(module.Text("symbol_url")),
        };

        string Text(string name) => Wording.Clip(module.Text(name), maxText);
    }

    static SymbolState StateOf(JsonElement module)
    {
        if (module.Flag("corrupt_symbols"))
            return SymbolState.Corrupt;
        if (module.Flag("missing_symbols"))
            return SymbolState.Missing;
        return module.Flag("loaded_symbols") ? SymbolState.Loaded : SymbolState.NotNeeded;
    }
}
