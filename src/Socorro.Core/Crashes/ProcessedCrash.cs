namespace Socorro.Crashes;

/// <summary>
/// The result of processing as it is stored and served: one UTF-8 JSON object whose members are the declared fields
/// plus <c>json_dump</c>, the stack walker's report of the main dump.
/// </summary>
/// <param name="Id">The crash it belongs to.</param>
/// <param name="Json">The document.</param>
public sealed record ProcessedCrash(CrashId Id, ReadOnlyMemory<byte> Json);
