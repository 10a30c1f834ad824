namespace Zab;

/// <summary>The base of what this library throws; each kind says what is known of the call.</summary>
public abstract class ZabException : Exception
{
    private protected ZabException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>The command was certainly never executed, by any attempt of this call: safe to retry.</summary>
public sealed class NotExecutedException : ZabException
{
    internal NotExecutedException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>The command was submitted and its answer not seen. The same call, bound to <see cref="Session"/> and <see cref="Request"/>, returns the first result while the session lives.</summary>
public sealed class OutcomeUnknownException : ZabException
{
    internal OutcomeUnknownException(string message, Session session, ulong request, Exception? inner = null) : base(message, inner) =>
        (Session, Request) = (session, request);

    /// <summary>The session that the call was made in.</summary>
    public Session Session { get; }

    /// <summary>The number of the call within its session.</summary>
    public ulong Request { get; }
}

/// <summary>The session has ended, or never was: the command was not executed by this attempt. An earlier attempt may have been. Open a new session.</summary>
public sealed class SessionExpiredException : ZabException
{
    internal SessionExpiredException(string message) : base(message) { }
}

/// <summary>The number is not the next of its session: an earlier number was never executed. Nothing was executed; send the missing numbers first.</summary>
public sealed class RequestGapException : ZabException
{
    internal RequestGapException(string message, ulong expected) : base(message) => Expected = expected;

    /// <summary>The number that the session executes next.</summary>
    public ulong Expected { get; }
}

/// <summary>The command with this number was executed before, and its answer is no longer kept. It took effect once and is not run again.</summary>
public sealed class AlreadyExecutedException : ZabException
{
    internal AlreadyExecutedException(string message) : base(message) { }
}

/// <summary>The command threw, on every server alike. Its number is used up; the state is what it left.</summary>
public sealed class CommandFailedException : ZabException
{
    internal CommandFailedException(string code, string message) : base(message) => Code = code;

    /// <summary>The code of the <see cref="CommandException"/>, or the full name of the exception's type.</summary>
    public string Code { get; }
}

/// <summary>The query threw, or its result is too large to return. Nothing changed; the same query meets the same state again.</summary>
public sealed class QueryFailedException : ZabException
{
    internal QueryFailedException(string code, string message, Exception? inner = null) : base(message, inner) => Code = code;

    /// <summary>The full name of the exception's type, or what was refused.</summary>
    public string Code { get; }
}

/// <summary>Thrown by a command to fail with a code and a text that the caller receives, the same on every server.</summary>
public sealed class CommandException : Exception
{
    /// <summary>A failure with a code that callers can compare and a text that people can read.</summary>
    public CommandException(string code, string text) : base(text) => Code = code;

    /// <summary>What kind of failure this is.</summary>
    public string Code { get; }
}
