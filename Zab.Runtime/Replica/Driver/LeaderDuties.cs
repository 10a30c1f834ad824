using Microsoft.Extensions.Logging;
using Zab.Core;
using Zab.Diagnostics;

namespace Zab.Replica;

/// <summary>What only the leader proposes: that replicated classes become part of the state, and that silent sessions end.</summary>
/// <remarks>The applier tells what became of it, the loop when time has passed; both are quick under the lock.</remarks>
internal sealed class LeaderDuties(ISessionClock clock, Func<ProposalRequest, bool> trySubmit, ILogger logger)
{
    /// <summary>The tag of the leader's own requests; callers' tags count from 1.</summary>
    internal const ulong Tag = ulong.MaxValue;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<uint, ReplicatedClass> _missing = [];     // Not part of the state yet, by id.
    private readonly HashSet<SessionId> _expiring = [];                         // Proposed to end, and not ended yet.
    private uint? _epoch;                       // The epoch that this server leads; null where it does not.
    private bool _hasBegun;                     // The clock runs, with the sessions of this epoch.
    private bool _isDue;                        // Something has to be proposed, or proposed again.

    /// <summary>The role changed. True where this server leads from now on: then <see cref="Begin"/> is due.</summary>
    internal bool IsNewLeader(Role role, uint epoch)
    {
        lock (_gate)
        {
            uint? leads = role == Role.Leading ? epoch : null;
            if (leads == _epoch) return false;
            _epoch = leads;
            _hasBegun = _isDue = false;
            _missing.Clear();
            _expiring.Clear();
            return leads is not null;
        }
    }

    /// <summary>From the applier: what the state holds as this epoch begins. Sessions and classes of later entries come by <see cref="Applied"/>.</summary>
    internal void Begin(uint epoch, SessionTimeout[] sessions, ReplicatedClass[] missing)
    {
        lock (_gate)
        {
            if (_epoch != epoch) return;
            clock.Start(sessions);
            foreach (ReplicatedClass added in missing) _missing.Add(added.Id, added);
            _hasBegun = true;
            _isDue = missing.Length > 0;
            if (_isDue) Propose();
        }
    }

    /// <summary>From the applier, for every request.</summary>
    internal void Applied(Entry entry, in AppliedRequest applied)
    {
        if (applied.Outcome is not (RequestOutcome.SessionCreated or RequestOutcome.Result)) return;
        switch ((RequestKind)entry.Payload.Span[0])
        {
            case RequestKind.CreateSession: Created(applied.Session, RequestCodec.Decode(entry.Payload.Span).Timeout); break;
            case RequestKind.CloseSession or RequestKind.ExpireSession: Closed(applied.Session); break;
            case RequestKind.AddClass: Added(RequestCodec.Decode(entry.Payload.Span).ClassId); break;
        }
    }

    internal void Touched(SessionId[] sessions)
    {
        lock (_gate)
        {
            if (!_hasBegun) return;
            foreach (SessionId session in sessions)
            {
                clock.Touch(session);
                _expiring.Remove(session);      // Alive after all: where its end was refused, it is not proposed again.
            }
        }
    }

    /// <summary>The core gave one of these requests no zxid: they are proposed again at the next tick.</summary>
    internal void Refused()
    {
        lock (_gate) _isDue = _hasBegun;
    }

    internal void Tick()
    {
        lock (_gate)
        {
            if (!_hasBegun) return;
            foreach (SessionId session in clock.Due())
            {
                _expiring.Add(session);
                _isDue = true;
            }

            if (_isDue) Propose();
        }
    }

    /// <summary>All that is open; what was proposed before changes nothing the second time.</summary>
    private void Propose()
    {
        bool isTaken = true;
        foreach (ReplicatedClass added in _missing.Values)
        {
            ReplicaLog.ClassProposed(logger, added.Name);
            isTaken &= trySubmit(new ProposalRequest(Tag, RequestCodec.AddClass(added)));
        }

        foreach (SessionId session in _expiring)
        {
            ReplicaLog.SessionSilent(logger, session);
            isTaken &= trySubmit(new ProposalRequest(Tag, RequestCodec.ExpireSession(session)));
        }

        _isDue = !isTaken;
    }

    private void Created(SessionId session, TimeSpan timeout)
    {
        lock (_gate)
        {
            if (_hasBegun) clock.Created(session, timeout);
        }
    }

    private void Closed(SessionId session)
    {
        lock (_gate)
        {
            if (!_hasBegun) return;
            clock.Closed(session);
            _expiring.Remove(session);
        }
    }

    private void Added(uint classId)
    {
        lock (_gate) _missing.Remove(classId);
    }
}
