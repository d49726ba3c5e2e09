namespace Socorro.Minidumps;

/// <summary>Why bytes cannot be read as a dump at all.</summary>
/// <param name="Error">
/// MissingHeader, HeaderMismatch, VersionMismatch or MissingDirectory: the words that tools of the field look for.
/// </param>
/// <param name="Message">A sentence for people.</param>
public sealed record Refusal(string Error, string Message);
