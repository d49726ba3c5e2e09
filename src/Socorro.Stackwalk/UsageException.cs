namespace Socorro.Stackwalk;

/// <summary>The command can't start as it was called.</summary>
/// <param name="message">What to write otherwise, in one line.</param>
/// <param name="exitCode">1: flags contradict each other, or a file can't be written; 2: the arguments can't be read.</param>
sealed class UsageException(string message, int exitCode) : Exception(message)
{
    public int ExitCode => exitCode;
}
