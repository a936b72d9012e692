// scan.js - barcodes from three sources: a field, a scanner that types, a camera.
import {el, message} from './dom.js';
import {t} from './i18n.js';

const FORMATS = ['ean_13', 'ean_8', 'upc_a', 'code_128'];
const BETWEEN_SCANS_MS = 1500;
const TYPING_GAP_MS = 60;

// The field with its camera button. onCode(code) is called once for each scan.
export function scanner(onCode, label) {
    const input = el('input', {id: 'scan', name: 'scan', inputmode: 'numeric', autocomplete: 'off', placeholder: t('scanHint'), maxlength: 32});
    const form = el('form', {class: 'scan', onsubmit: (event) => {
        event.preventDefault();
        const code = input.value.trim();
        input.value = '';
        if (code) onCode(code);
        input.focus();
    }}, input, el('button', {type: 'submit'}, label));
    const box = el('div', {}, el('label', {for: 'scan'}, t('scan')), form);
    if ('BarcodeDetector' in window && navigator.mediaDevices) box.append(cameraPart(onCode));
    return {box, input};
}

function cameraPart(onCode) {
    let stream = null;
    const video = el('video', {playsinline: true, muted: true, hidden: true, 'aria-label': t('camera')});
    const button = el('button', {type: 'button', class: 'quiet', onclick: () => (stream ? close() : open())}, t('camera'));

    function close() {
        stream?.getTracks().forEach((track) => track.stop());
        stream = null;
        video.hidden = true;
        button.textContent = t('camera');
    }
    async function open() {
        try {
            stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
            video.srcObject = stream;
            video.hidden = false;
            button.textContent = t('closeCamera');
            await video.play();
            watch();
        } catch (error) {
            close();
            message(t('cameraFailed', {message: error.message}), true);
        }
    }
    async function watch() {
        const detector = new window.BarcodeDetector({formats: FORMATS});
        let last = '', lastAt = 0;
        // Ends with the stream, or when the view is replaced.
        while (stream && video.isConnected) {
            const found = await detector.detect(video).catch(() => []);
            const code = found[0]?.rawValue;
            if (code && (code !== last || performance.now() - lastAt > BETWEEN_SCANS_MS)) {
                last = code;
                onCode(code);
            }
            if (code) lastAt = performance.now();
            await new Promise((done) => setTimeout(done, 120));
        }
        if (stream) close();
    }
    return el('div', {style: 'margin-top:.5rem'}, video, button);
}

// A hand scanner types fast and ends with Enter, wherever the focus is.
export function listenForScanner(onCode) {
    let typed = '', lastAt = 0;
    document.addEventListener('keydown', (event) => {
        const inField = event.target.closest?.('input, select, textarea, dialog');
        if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.timeStamp - lastAt > TYPING_GAP_MS) typed = '';
        lastAt = event.timeStamp;
        if (/^[0-9A-Za-z-]$/.test(event.key)) typed += event.key;
        if (event.key === 'Enter' && typed.length >= 6) {
            event.preventDefault();
            onCode(typed);
            typed = '';
        }
    });
}
