package transport

import (
	"errors"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/parlor-chat/parlor/chat"
)

// maxBodyBytes bounds a request's body: logins and cookies are small.
const maxBodyBytes = 16 << 10

// readJSON reads a request's body, or answers what is wrong with it.
func readJSON(w http.ResponseWriter, r *http.Request, to any) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		writeStatus(w, http.StatusUnsupportedMediaType, &chat.Error{Code: chat.CodeInvalid, Message: "send application/json"})
		return false
	}
	err = json.UnmarshalRead(http.MaxBytesReader(w, r.Body, maxBodyBytes), to)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		writeStatus(w, http.StatusRequestEntityTooLarge, &chat.Error{Code: chat.CodeInvalid, Message: "the body is too large"})
		return false
	case err != nil:
		writeError(w, &chat.Error{Code: chat.CodeInvalid, Message: "the body is not the JSON object that is expected"})
		return false
	}
	return true
}

// statusFor is the one mapping of refusals to HTTP.
func statusFor(code chat.Code) int {
	switch code {
	case chat.CodeUnauthorized:
		return http.StatusUnauthorized
	case chat.CodeForbidden, chat.CodeBlocked:
		return http.StatusForbidden
	case chat.CodeUnknownWebsite, chat.CodeUnknownSession, chat.CodeUnknownAgent, chat.CodeUnknownTrigger:
		return http.StatusNotFound
	case chat.CodeSessionClosed:
		return http.StatusGone
	case chat.CodeTooLarge:
		return http.StatusUnprocessableEntity
	case chat.CodeRateLimited:
		return http.StatusTooManyRequests
	case chat.CodeBusy, chat.CodeUnavailable:
		return http.StatusServiceUnavailable
	case chat.CodeInternal:
		return http.StatusInternalServerError
	default:
		return http.StatusBadRequest
	}
}

func writeError(w http.ResponseWriter, e *chat.Error) { writeStatus(w, statusFor(e.Code), e) }

func writeStatus(w http.ResponseWriter, status int, e *chat.Error) {
	if e.Retry > 0 {
		seconds := (e.Retry + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	writeJSON(w, status, struct {
		Error errorBody `json:"error"`
	}{errorBody{e.Code, e.Message}})
}

type errorBody struct {
	Code    chat.Code `json:"code"`
	Message string    `json:"message"`
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.MarshalWrite(w, body) // the client is gone when this fails
}
