namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>
/// A table that was opened in good order turned out to be damaged at the place just read. <see cref="SymbolTable"/> catches
/// it and falls back on the text.
/// </summary>
sealed class DamagedTableException(string message) : Exception(message);
