namespace Socorro;

/// <summary>A verb can't go on for a reason its user can mend; the message is the one line shown.</summary>
/// <param name="message">What was wrong, where, and what to do.</param>
/// <param name="exitCode">1: it did not work out; 2: it was called wrongly.</param>
/// <param name="cause">Shown with <c>--debug</c>.</param>
public sealed class VerbFailedException(string message, int exitCode = 1, Exception? cause = null)
    : Exception(message, cause)
{
    public int ExitCode => exitCode;
}
