namespace Zab.Generators.Model;

/// <summary>A value, nothing, or the failure of the step that should have made it: an exception never leaves the pipeline.</summary>
/// <param name="Subject">The class it is about.</param>
/// <param name="Value">The value, where there is one.</param>
/// <param name="Failure">What went wrong.</param>
internal sealed record Result<T>(string Subject, T? Value, string? Failure)
    where T : class
{
    internal Result<TNext> Then<TNext>(Func<T, TNext> step)
        where TNext : class
        => Value is { } value ? Result.Of(Subject, () => step(value)) : new Result<TNext>(Subject, null, Failure);
}

/// <summary>Makes results.</summary>
internal static class Result
{
    internal static Result<T> Of<T>(string subject, Func<T?> step)
        where T : class
    {
        try
        {
            return new Result<T>(subject, step(), null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new Result<T>(subject, null, exception.ToString().Replace("\r", "").Replace("\n", " "));
        }
    }
}
